import fc from 'fast-check'
import { psignrank } from 'lib-r-math.js'
import { expect, test } from 'vitest'
import { signedRank } from './signed-rank.ts'
import { locationOf, walshRank } from './walsh-averages.ts'

const CONFIDENCE = 0.975
const differences = fc.array(fc.integer({ min: -1_000, max: 1_000 }), {
  minLength: 1,
  maxLength: 20,
})

test('a published example: depression scores before and after (Hollander and Wolfe, 3.2 and 3.3)', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  const { estimate, lower, upper } = locationOf(
    before.map((value, i) => value - (after[i] ?? 0)),
    0.96,
  )
  expect(estimate).toBeCloseTo(0.46, 6)
  expect(lower).toBeCloseTo(0.01, 6)
  expect(upper).toBeCloseTo(0.786, 6)
})

test('the estimate is the median of all means of two', () => {
  expect(locationOf([1, 2, 9], 0.5).estimate).toBe((2 + 5) / 2)
  expect(locationOf([3], 0.5).estimate).toBe(3)
})

test('too few differences bound nothing: at 97.5 %, six are too few, and seven reach from end to end', () => {
  expect(locationOf([1, 2, 3, 4, 5, 6], CONFIDENCE)).toMatchObject({
    lower: -Infinity,
    upper: Infinity,
  })
  expect(locationOf([1, 2, 3, 4, 5, 6, 7], CONFIDENCE)).toMatchObject({ lower: 1, upper: 7 })
})

test.each([0.9, 0.95, CONFIDENCE, 0.99])(
  'the ends are as far in as the distribution that R has allows, at a confidence of %d',
  (confidence) => {
    for (let n = 1; n <= 30; n++) {
      const k = walshRank(n, confidence)
      if (k > 0) expect(Number(psignrank(k - 1, n))).toBeLessThanOrEqual((1 - confidence) / 2)
      expect(Number(psignrank(k, n))).toBeGreaterThan((1 - confidence) / 2)
    }
  },
)

test('without ties, the interval excludes 0 exactly where the test is significant', () => {
  const distinct = fc
    .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 })
    .chain((sizes) => fc.tuple(...sizes.map((size) => fc.constantFrom(size, -size, size))))
  fc.assert(
    fc.property(distinct, (values) => {
      const { lower, upper } = locationOf(values, CONFIDENCE)
      const { pGreater, pLess } = signedRank(values)
      // A mean of two that is exactly 0 counts as neither.
      fc.pre(lower !== 0 && upper !== 0)
      expect(lower > 0).toBe(pGreater <= (1 - CONFIDENCE) / 2)
      expect(upper < 0).toBe(pLess <= (1 - CONFIDENCE) / 2)
    }),
  )
})

test('turning the signs mirrors estimate and interval; shifting and scaling go along', () => {
  fc.assert(
    fc.property(differences, fc.integer({ min: -99, max: 99 }), (values, shift) => {
      const { estimate, lower, upper } = locationOf(values, CONFIDENCE)
      const mirrored = locationOf(
        values.map((value) => 0 - value),
        CONFIDENCE,
      )
      expect(mirrored.estimate).toBeCloseTo(-estimate, 9)
      expect(mirrored.lower).toBe(0 - upper)
      expect(mirrored.upper).toBe(0 - lower)
      const moved = locationOf(
        values.map((value) => 2 * value + shift),
        CONFIDENCE,
      )
      expect(moved.estimate).toBeCloseTo(2 * estimate + shift, 9)
      expect(moved.lower).toBe(2 * lower + shift)
      expect(moved.upper).toBe(2 * upper + shift)
    }),
  )
})

test('all the same differences twice never widen the interval', () => {
  fc.assert(
    fc.property(differences, (values) => {
      const once = locationOf(values, CONFIDENCE)
      const twice = locationOf([...values, ...values], CONFIDENCE)
      expect(twice.lower).toBeGreaterThanOrEqual(once.lower)
      expect(twice.upper).toBeLessThanOrEqual(once.upper)
    }),
  )
})

test('because, of the Walsh averages past an end, four times as many would have to be so', () => {
  for (const confidence of [0.9, 0.95, CONFIDENCE, 0.99]) {
    for (let n = 1; n <= 30; n++) {
      const k = walshRank(n, confidence)
      if (k > 0) expect(walshRank(2 * n, confidence)).toBeGreaterThan(4 * (k - 1))
    }
  }
})

test('more confidence never narrows the interval', () => {
  fc.assert(
    fc.property(differences, (values) => {
      const wide = locationOf(values, 0.99)
      const narrow = locationOf(values, 0.9)
      expect(wide.lower).toBeLessThanOrEqual(narrow.lower)
      expect(wide.upper).toBeGreaterThanOrEqual(narrow.upper)
    }),
  )
})
