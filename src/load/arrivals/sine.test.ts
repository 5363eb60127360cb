import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { sine } from './sine.ts'

test('a sine with a mean of 100/s has 100 requests per second over whole periods, most of them early', () => {
  const arrivals = sine({ mean: 100, amplitude: 100, period: '10s' })
  expect(countDueBefore(arrivals, 10_000)).toBe(1_000)
  expect(countDueBefore(arrivals, 100_000)).toBe(10_000)
  // 500 + 100·10/2π·2: the half period above the mean.
  expect(countDueBefore(arrivals, 5_000)).toBe(Math.ceil(500 + 1_000 / Math.PI))
})

test('a sine that falls to 0 places the request at its minimum at the right time', () => {
  // The rate is 0 at 7.5 s, by when 100·7.5 + 100·10/2π = 909.15 requests are due.
  const arrivals = sine({ mean: 100, amplitude: 100, period: '10s' })
  const gap = arrivals(910) - arrivals(909)
  expect(arrivals(909)).toBeLessThan(7_500)
  expect(arrivals(910)).toBeGreaterThan(7_500)
  expect(gap).toBeGreaterThan(500)
})

test('a sine without amplitude is a constant rate', () => {
  const arrivals = sine({ mean: 10, amplitude: 0, period: '1s' })
  for (const k of [0, 1, 9, 10, 12_345]) expect(arrivals(k)).toBeCloseTo(k * 100, 6)
})

test('a sine does not drift over a long time', () => {
  const arrivals = sine({ mean: 1_000, amplitude: 900, period: '10s' })
  const aYear = 365 * 86_400
  expect(arrivals(aYear * 1_000)).toBe(aYear * 1_000)
})

test('a period that a whole number of requests fills begins with a request, despite rounding', () => {
  for (let ms = 1; ms < 1_000; ms++) {
    const arrivals = sine({ mean: 1, amplitude: 0.5, period: `${ms}ms` })
    // A period has ms/1,000 of a request, so a thousand have ms of them.
    for (let i = 1; i < 20; i++) {
      expect(arrivals(i * ms)).toBeGreaterThanOrEqual(i * ms * 1_000)
      expect(arrivals(i * ms)).toBeCloseTo(i * ms * 1_000, 6)
    }
  }
})

const fine = { mean: 10, amplitude: 5, period: '1s' } as const
test.each([
  [() => sine({ ...fine, mean: 0 }), /^sine: mean: 0/],
  [() => sine({ ...fine, amplitude: -1 }), /^sine: amplitude: -1/],
  [() => sine({ ...fine, amplitude: 11 }), /^sine: amplitude 11 is above the mean 10/],
  [() => sine({ ...fine, period: '0s' }), /^sine: period: "0s"/],
])('rejects an invalid sine and names the argument (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
