import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tTest } from './t-test.ts'

// Student's own data (Biometrika 6, 1908): additional hours of sleep by two drugs. R's manual has
// t.test(extra ~ group, sleep, var.equal = TRUE): t = -1.8608, df = 18, p-value = 0.07919.
const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

test("it is right on Student's own data", () => {
  const { p, meanA, meanB } = tTest(first, second)
  expect(p).toBeCloseTo(0.07919, 5)
  expect(meanA).toBeCloseTo(0.75, 12)
  expect(meanB).toBeCloseTo(2.33, 12)
})

/** P(|T| > t) for 4 degrees of freedom, of which there is a closed form. */
function pOf4(t: number): number {
  const x = t / Math.sqrt(t * t + 4)
  return 1 - 1.5 * (x - x ** 3 / 3)
}

const value = fc.integer({ min: -1_000, max: 1_000 })
const three = fc.array(value, { minLength: 3, maxLength: 3 })

test('with 4 degrees of freedom it agrees with the closed form', () => {
  fc.assert(
    fc.property(three, three, (a, b) => {
      const mean = (list: readonly number[]) => list.reduce((sum, v) => sum + v, 0) / 3
      const squares = [a, b].flatMap((list) => list.map((v) => (v - mean(list)) ** 2))
      const s2 = squares.reduce((sum, v) => sum + v, 0) / 4
      fc.pre(s2 > 0)
      const t = Math.abs(mean(a) - mean(b)) / Math.sqrt((s2 * 2) / 3)
      expect(tTest(a, b).p).toBeCloseTo(pOf4(t), 6)
    }),
  )
})

test('it is exact to eight digits where it decides, around 0.001', () => {
  // t for which p = 0.001 with 4 degrees of freedom (any table of Student's t): 8.610.
  const a = [0, 1, 2]
  const b = a.map((v) => v + 8.61 * Math.sqrt(2 / 3))
  expect(tTest(a, b).p).toBeCloseTo(0.001, 6)
  expect(tTest(a, b).p).toBeCloseTo(pOf4(8.61), 10)
})

test('without variance, means differ for sure or not at all', () => {
  expect(tTest([1, 1, 1], [2, 2]).p).toBe(0)
  expect(tTest([1, 1, 1], [1, 1]).p).toBe(1)
})
