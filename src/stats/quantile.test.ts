import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanOf, medianOf, nearestRankOf, quantileOf, quantileOfSorted } from './quantile.ts'

const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 30 })

test('the median is the middle value, or the mean of the middle two', () => {
  expect(medianOf([3, 1, 2])).toBe(2)
  expect(medianOf([4, 1, 3, 2])).toBe(2.5)
})

test('quantiles interpolate between neighbours, as R does by default', () => {
  // R: quantile(c(4, 1, 10, 2), c(0.25, 0.9))
  expect(quantileOf([4, 1, 10, 2], 0.25)).toBeCloseTo(1.75, 12)
  expect(quantileOf([4, 1, 10, 2], 0.9)).toBeCloseTo(8.2, 12)
})

test('quantiles 0, 0.5 and 1 are the minimum, the median and the maximum', () => {
  fc.assert(
    fc.property(values, (some) => {
      expect(quantileOf(some, 0)).toBe(Math.min(...some))
      expect(quantileOf(some, 0.5)).toBeCloseTo(medianOf(some), 9)
      expect(quantileOf(some, 1)).toBe(Math.max(...some))
    }),
  )
})

test('the nearest rank is the smallest value that the given ratio of them does not exceed', () => {
  const some = Array.from({ length: 20 }, (_, i) => 20 - i)
  expect([0.01, 0.5, 0.95, 1].map((q) => nearestRankOf(some, q))).toEqual([1, 10, 19, 20])
})

test('the median of negated values is the negated median', () => {
  fc.assert(
    fc.property(values, (some) => {
      expect(0 - medianOf(some.map((value) => -value))).toBe(medianOf(some) + 0)
    }),
  )
})

test('without values there is no mean, median or quantile', () => {
  expect([meanOf([]), medianOf([]), quantileOfSorted([], 0.5)]).toEqual([NaN, NaN, NaN])
})
