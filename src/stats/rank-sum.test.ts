import fc from 'fast-check'
import { pwilcox } from 'lib-r-math.js'
import { expect, test } from 'vitest'
import { pairsPastEnd, rankSum } from './rank-sum.ts'

test('matches a published example (Hollander and Wolfe, 4.1)', () => {
  const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
  const before = [1.15, 0.88, 0.9, 0.74, 1.21]
  expect(rankSum(atTerm, before).pGreater).toBeCloseTo(0.1272, 4)
})

test("matches R's distribution without ties", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10 }))
  const groups = sizes.chain(([a, b]) =>
    fc
      .uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: a + b, maxLength: a + b })
      .map((values) => [values.slice(0, a), values.slice(a)] as const),
  )
  fc.assert(
    fc.property(groups, ([a, b]) => {
      const u = a.flatMap((x) => b.filter((y) => x > y)).length
      const { pGreater, pLess } = rankSum(a, b)
      expect(pLess).toBeCloseTo(Number(pwilcox(u, a.length, b.length)), 10)
      expect(pGreater).toBeCloseTo(1 - Number(pwilcox(u - 1, a.length, b.length)), 10)
    }),
    { numRuns: 50 },
  )
})

test('with ties, counts all ways to deal the values to the groups', () => {
  const small = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(small, small, (a, b) => {
      const all = [...a, ...b]
      const observed = twiceU(a, b)
      let ways = 0
      let atLeast = 0
      for (let chosen = 0; chosen < 2 ** all.length; chosen++) {
        const isFirst = (i: number) => Math.floor(chosen / 2 ** i) % 2 === 1
        const first = all.filter((_, i) => isFirst(i))
        if (first.length !== a.length) continue
        ways++
        if (
          twiceU(
            first,
            all.filter((_, i) => !isFirst(i)),
          ) >= observed
        )
          atLeast++
      }
      expect(rankSum(a, b).pGreater).toBeCloseTo(atLeast / ways, 10)
    }),
  )
})

function twiceU(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x) => sum + b.reduce((part, y) => part + 1 + Math.sign(x - y), 0), 0)
}

test('an empty group gives no evidence', () => {
  expect(rankSum([], [1, 2])).toEqual({ pGreater: 1, pLess: 1 })
  expect(rankSum([1], [])).toEqual({ pGreater: 1, pLess: 1 })
})

test("places the ends of an interval as R's distribution allows", () => {
  for (const alpha of [0.05, 0.025, 0.0286, 0.008]) {
    for (let a = 1; a <= 10; a++) {
      for (let b = 1; b <= 10; b++) {
        const k = pairsPastEnd(a, b, alpha)
        if (k > 0) expect(Number(pwilcox(k - 1, a, b))).toBeLessThanOrEqual(alpha)
        expect(Number(pwilcox(k, a, b))).toBeGreaterThan(alpha)
      }
    }
  }
  expect(pairsPastEnd(4, 3, 1 / 35)).toBe(1)
  expect(pairsPastEnd(3, 3, 0.0286)).toBe(0)
})
