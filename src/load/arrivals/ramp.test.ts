import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { ramp } from './ramp.ts'

test('a ramp from 0 to 100/s over 10 s has 500 requests, then 100 per second', () => {
  const arrivals = ramp(0, 100, '10s')
  expect(countDueBefore(arrivals, 10_000)).toBe(500)
  expect(arrivals(0)).toBe(0)
  expect(arrivals(125)).toBe(5_000)
  expect(arrivals(500)).toBe(10_000)
  expect(arrivals(600)).toBe(11_000)
})

test('a ramp down to 0 ends there', () => {
  const arrivals = ramp(100, 0, '10s')
  expect(countDueBefore(arrivals, 1e9)).toBe(500)
  expect(arrivals(499)).toBeLessThan(10_000)
  expect(arrivals(500)).toBe(Infinity)
})

test('a ramp between equal rates is a constant rate', () => {
  const arrivals = ramp(50, 50, '1s')
  expect([0, 1, 49, 50, 51].map(arrivals)).toEqual([0, 20, 980, 1_000, 1_020])
})

test('a nearly flat ramp keeps its precision', () => {
  expect(ramp(1_000, 1_000 + 1e-9, '1h')(1_000_000)).toBeCloseTo(1_000_000, 5)
})

test.each([
  [() => ramp(-1, 10, '1s'), /^ramp: from: -1/],
  [() => ramp(1, Number.NaN, '1s'), /^ramp: to: NaN/],
  [() => ramp(0, 0, '1s'), /^ramp: from and to are both 0/],
  [() => ramp(1, 2, '0s'), /^ramp: over: "0s" must be longer/],
])('rejects an invalid ramp and names the argument (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
