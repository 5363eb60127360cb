import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeldMessages } from './held-messages.ts'

const MAX_BYTES = 1_000_000
const BODY = 10_000

describe('held messages', () => {
  test('limit a recipient whose handlers hang to an eighth of the total', () => {
    const held = new HeldMessages(MAX_BYTES)
    let running = 0
    while (held.admits('hangs', BODY, 0) === 'yes') {
      held.hold(BODY)
      held.run('hangs', BODY, 0)
      running += 1
    }
    expect(running * BODY).toBeLessThanOrEqual(MAX_BYTES / 8)
    expect(running).toBeGreaterThan(1)
    expect(held.admits('other', BODY, 0)).toBe('yes')
  })

  test('let a recipient wait as long as its handlers keep ending', () => {
    const held = new HeldMessages(MAX_BYTES)
    const ends: ((now: number) => void)[] = []
    while (held.admits('slow', BODY, 0) === 'yes') {
      held.hold(BODY)
      ends.push(held.run('slow', BODY, 0))
    }
    expect(held.admits('slow', BODY, 999)).toBe('wait')
    expect(held.admits('slow', BODY, 1_000)).toBe('no')
    ends.pop()?.(2_000)
    ends.pop()?.(2_000)
    expect(held.admits('slow', BODY, 9_000)).toBe('yes')
  })

  test('messages held for hanging recipients never exceed the limit by more than one message each time', () => {
    const recipients = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 400 })
    fc.assert(
      fc.property(recipients, fc.integer({ min: 0, max: 200_000 }), (all, body) => {
        const held = new HeldMessages(MAX_BYTES)
        let runningBytes = 0
        for (const recipient of all) {
          const letGo = held.hold(body)
          if (held.admits(`${recipient}`, body, 5_000) === 'yes') {
            held.run(`${recipient}`, body, 0)
            runningBytes += body
          } else letGo()
        }
        expect(runningBytes).toBeLessThanOrEqual(MAX_BYTES + body)
      }),
    )
  })

  test('add up to 0 when all are done', () => {
    const held = new HeldMessages(MAX_BYTES)
    const letGo = Array.from({ length: 100 }, () => held.hold(BODY))
    const ends = Array.from({ length: 100 }, (_, n) => held.run(`${n % 7}`, BODY, 0))
    for (const end of ends) end(1)
    expect(held.isFull(2)).toBe(true)
    for (const each of letGo) each()
    expect(held.isFull(2)).toBe(false)
    expect(held.admits('3', MAX_BYTES / 8 - 5_000, 5_000)).toBe('yes')
  })
})
