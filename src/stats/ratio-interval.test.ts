import { expect, test } from 'vitest'
import { ratioInterval } from './ratio-interval.ts'

test.each([
  // Newcombe, Statistics in Medicine 17 (1998), table I: method 3.
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('matches the published limits of %d of %d', (count, of, lower, upper) => {
  const interval = ratioInterval(count, of)
  expect(interval.lower).toBeCloseTo(lower, 4)
  expect(interval.upper).toBeCloseTo(upper, 4)
})

test('the interval of all mirrors that of none', () => {
  expect(ratioInterval(20, 20)).toEqual({ lower: expect.closeTo(0.8389, 4), upper: 1 })
})
