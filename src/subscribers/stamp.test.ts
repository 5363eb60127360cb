import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readStamp, stampPayload } from './stamp.ts'

test('a stamp reads back as written, with any payload', () => {
  const stamps = fc.record({
    loadId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    number: fc.nat(),
    intendedAtMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    isWarmUp: fc.boolean(),
  })
  fc.assert(
    fc.property(stamps, fc.uint8Array(), (stamp, payload) => {
      const message = stampPayload(stamp, payload)
      expect(readStamp(message)).toEqual(stamp)
      expect(message.subarray(message.length - payload.length)).toEqual(Buffer.from(payload))
    }),
  )
})

test('a message shorter than a stamp has none', () => {
  expect(readStamp(new Uint8Array(20))).toBeNull()
})
