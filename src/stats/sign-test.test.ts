import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signTest } from './sign-test.ts'

const ALPHA = 0.0286
const counts = fc.record({
  more: fc.integer({ min: 0, max: 20 }),
  less: fc.integer({ min: 0, max: 20 }),
  like: fc.integer({ min: 1, max: 20 }),
})

test('seven of seven are as likely as seven heads', () => {
  expect(signTest(7, 0, 7, ALPHA)).toMatchObject({ estimate: 1, pGreater: 2 ** -7, pLess: 1 })
  const most = 1 - ALPHA ** (1 / 7)
  expect(signTest(0, 0, 7, ALPHA)).toEqual({
    estimate: 0,
    lower: expect.closeTo(-most, 9),
    upper: expect.closeTo(most, 9),
    pGreater: 1,
    pLess: 1,
  })
})

test('the interval is above 0 exactly if the test is significant, and contains the estimate', () => {
  fc.assert(
    fc.property(counts, ({ more, less, like }) => {
      const { estimate, lower, upper, pGreater, pLess } = signTest(
        more,
        less,
        more + less + like,
        ALPHA,
      )
      expect(lower > 0).toBe(pGreater <= ALPHA)
      expect(upper < 0).toBe(pLess <= ALPHA)
      expect(lower).toBeLessThanOrEqual(estimate + 1e-9)
      expect(upper).toBeGreaterThanOrEqual(estimate - 1e-9)
    }),
  )
})

test('at an end of the interval, such outcomes have the probability of the level', () => {
  fc.assert(
    fc.property(counts, ({ more, less, like }) => {
      const of = more + less + like
      const { lower } = signTest(more, less, of, ALPHA)
      fc.pre(lower > 0)
      const ratio = ((lower * of) / (more + less) + 1) / 2
      expect(1 - atMost(more - 1, more + less, ratio)).toBeCloseTo(ALPHA, 9)
    }),
  )
})

test('an end beyond 0 bounds the ratio of all pairs', () => {
  fc.assert(
    fc.property(counts, ({ more, less, like }) => {
      const of = more + less + like
      const { upper } = signTest(more, less, of, ALPHA)
      fc.pre(upper > 0 && upper < 1)
      expect(atMost(more, of, upper)).toBeCloseTo(ALPHA, 9)
    }),
  )
})

/** P(X ≤ `count`) of a binomial X, by its definition. */
function atMost(count: number, of: number, ratio: number): number {
  const choose = (k: number): number => (k === 0 ? 1 : (choose(k - 1) * (of - k + 1)) / k)
  let sum = 0
  for (let k = 0; k <= count; k++) sum += choose(k) * ratio ** k * (1 - ratio) ** (of - k)
  return sum
}

test('exchanging the versions mirrors the result', () => {
  fc.assert(
    fc.property(counts, ({ more, less, like }) => {
      const of = more + less + like
      const [there, back] = [signTest(more, less, of, ALPHA), signTest(less, more, of, ALPHA)]
      expect(back.lower).toBeCloseTo(-there.upper, 12)
      expect(back.estimate).toBeCloseTo(-there.estimate, 12)
      expect(back.pLess).toBe(there.pGreater)
    }),
  )
})
