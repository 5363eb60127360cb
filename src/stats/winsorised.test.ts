import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { winsorised } from './winsorised.ts'

test('keeps values within the distance and moves others to it', () => {
  // Quartiles 2 and 4: the standard deviation is 2 / 1.349.
  const within = winsorised([1, 2, 3, 4, 100], 2)
  expect(within?.slice(0, 4)).toEqual(Float64Array.of(1, 2, 3, 4))
  expect(within?.[4]).toBeCloseTo(3 + (2 * 2) / 1.349, 12)
})

test('returns null if half of the values are equal', () => {
  expect(winsorised([5, 5, 5, 5, 9], 4)).toBeNull()
  expect(winsorised([], 4)).toBeNull()
})

test('negated values give the negated result', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 40 }), (values) => {
      const negated = winsorised(
        values.map((value) => -value),
        3,
      )
      const expected = winsorised(values, 3)?.map((value) => 0 - value) ?? null
      expect(negated?.map((value) => value + 0) ?? null).toEqual(expected)
    }),
  )
})
