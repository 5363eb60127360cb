import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { trendOf } from './mann-kendall.ts'
import { randomStream } from './random.ts'

const value = fc
  .double({ min: -1e6, max: 1e6, noNaN: true })
  .map((x) => Math.round(x * 1_000) / 1_000)
const series = fc.array(value, { minLength: 4, maxLength: 60 })

test('matches S, variance and p of a published example with a tie', () => {
  // J. Little, "A Mann-Kendall Example (By Hand)", College of the Holy Cross: 72 pairs rise, 18 fall.
  const trend = trendOf([
    12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7,
  ])
  expect(trend.s).toBe(54)
  expect(trend.z).toBeCloseTo(2.9058, 4)
  expect(trend.p / 2).toBeCloseTo(0.0018, 4)
})

test('an outlier does not change the slope (textbook example)', () => {
  // Helsel and Hirsch, "Statistical Methods in Water Resources", ch. 10: 1 2 3 4 5 16 7.
  expect(trendOf([1, 2, 3, 4, 5, 16, 7])).toMatchObject({ s: 19, slope: 1 })
})

test('a steady rise has its slope and is significant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 10, max: 60 }), (step, n) => {
      const trend = trendOf(Array.from({ length: n }, (_, i) => i * step))
      expect(trend).toMatchObject({ s: (n * (n - 1)) / 2, slope: step })
      expect(trend.p).toBeLessThan(0.001)
    }),
  )
})

test('reversing or negating a series negates its trend', () => {
  fc.assert(
    fc.property(series, (values) => {
      const { s, z, p, slope } = trendOf(values)
      for (const turned of [values.toReversed(), values.map((x) => -x)]) {
        const trend = trendOf(turned)
        expect([trend.s + s, trend.z + z, trend.slope + slope + 0]).toEqual([0, 0, 0])
        expect(trend.p).toBe(p)
      }
    }),
  )
})

test('the test depends on the order of the values only', () => {
  fc.assert(
    fc.property(series, (values) => {
      const { s, z } = trendOf(values)
      expect(trendOf(values.map((x) => Math.cbrt(x) * 10 + 3))).toMatchObject({ s, z })
    }),
  )
})

test('p is below 0.05 in about 5 % of series without a trend', () => {
  const next = randomStream(1, 0)
  const RUNS = 2_000
  let rejected = 0
  for (let run = 0; run < RUNS; run++) {
    if (trendOf(Array.from({ length: 20 }, next)).p < 0.05) rejected++
  }
  // Within four standard deviations of the binomial distribution.
  expect(Math.abs(rejected / RUNS - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / RUNS))
})

test('the interval holds the true slope in about 99 % of series', () => {
  const next = randomStream(2, 0)
  const RUNS = 1_000
  let held = 0
  for (let run = 0; run < RUNS; run++) {
    const { leastSlope, mostSlope } = trendOf(Array.from({ length: 30 }, (_, i) => 3 * i + next()))
    if (leastSlope <= 3 && 3 <= mostSlope) held++
  }
  expect(Math.abs(held / RUNS - 0.99)).toBeLessThan(4 * Math.sqrt((0.99 * 0.01) / RUNS))
})

test('the interval holds the slope', () => {
  fc.assert(
    fc.property(series, (values) => {
      const { leastSlope, slope, mostSlope } = trendOf(values)
      expect(leastSlope).toBeLessThanOrEqual(slope)
      expect(mostSlope).toBeGreaterThanOrEqual(slope)
    }),
  )
})

test('equal values have no trend', () => {
  expect(trendOf([5, 5, 5, 5])).toEqual({
    n: 4,
    s: 0,
    z: 0,
    p: 1,
    slope: 0,
    leastSlope: 0,
    mostSlope: 0,
  })
})

test.each([[[1, 2, 3]], [[1, 2, 3, Number.NaN]]])('rejects %j', (values) => {
  expect(() => trendOf(values)).toThrow(InputError)
})
