import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseDivisor } from './divisor.ts'

const machine = [1, 1.3, 0.9, 1.1, 1.6, 1.2, 0.8, 1, 1.4, 1.1, 0.9, 1.2]
const own = [1, 1.02, 0.99, 1, 1.01, 0.98, 1, 1.03, 1, 0.99, 1.01, 1]

test('divides times by the reference only if they vary together', () => {
  const times = machine.map((speed, k) => 10 * speed * (own[k] ?? 1))
  expect(chooseDivisor(times, machine).kind).toBe('reference')
  const apart = chooseDivisor(own, machine)
  expect(apart).toMatchObject({ kind: 'none', because: 'variance' })
  if (apart.because === 'variance') expect(apart.varianceRatio).toBeGreaterThan(10)
})

test('does not divide times without variance or without logarithms', () => {
  const nothing = { kind: 'none', because: 'constant' }
  expect(
    chooseDivisor(
      machine.map(() => 2),
      machine,
    ),
  ).toEqual(nothing)
  expect(chooseDivisor(machine.with(3, 0), machine)).toEqual(nothing)
})

test('decides the same in any unit', () => {
  const time = fc.double({ min: 0.1, max: 10, noNaN: true })
  const twelve = fc.array(time, { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(twelve, twelve, (times, references) => {
      const inSeconds = chooseDivisor(
        times.map((ms) => ms / 1_024),
        references.map((ms) => ms * 4),
      )
      expect(inSeconds.kind).toBe(chooseDivisor(times, references).kind)
    }),
  )
})
