import wilcoxon from '@stdlib/stats-wilcoxon'
import fc from 'fast-check'
import { psignrank } from 'lib-r-math.js'
import { describe, expect, test } from 'vitest'
import { signedRank, signedRankProbabilities } from './signed-rank.ts'

const distinctSizes = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2, maxLength: 30 })
  .chain((sizes) => fc.tuple(...sizes.map((size) => fc.constantFrom(size, -size))))
const tied = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 10 })

/** P(W⁺ ≤ w). */
function signedRankCdf(w: number, n: number): number {
  return signedRankProbabilities(n)
    .slice(0, w + 1)
    .reduce((sum, probability) => sum + probability, 0)
}

/** Every assignment of signs, counted: what the test is by definition. */
function byEnumeration(differences: readonly number[]): { pGreater: number; pLess: number } {
  const rankOf = (value: number): number => {
    const below = differences.filter((other) => Math.abs(other) < Math.abs(value)).length
    const same = differences.filter((other) => Math.abs(other) === Math.abs(value)).length
    return below + (same + 1) / 2
  }
  const signed = differences.filter((value) => value !== 0)
  const ranks = signed.map(rankOf)
  const sum = (isPlus: (i: number) => boolean): number =>
    ranks.reduce((total, rank, i) => total + (isPlus(i) ? rank : 0), 0)
  const observed = sum((i) => (signed[i] ?? 0) > 0)
  const assignments = Array.from({ length: 2 ** ranks.length }, (_, bits) =>
    sum((i) => (bits & (1 << i)) !== 0),
  )
  return {
    pGreater: assignments.filter((w) => w >= observed).length / assignments.length,
    pLess: assignments.filter((w) => w <= observed).length / assignments.length,
  }
}

describe('without ties', () => {
  test.each([
    [0.05, [0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 30, 35, 41, 47, 53, 60], 5],
    [0.025, [0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52], 6],
    [0.01, [0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 43], 7],
    [0.005, [0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37], 8],
  ])('critical values at %d, one-sided, are those of the tables', (alpha, criticals, from) => {
    for (const [i, critical] of criticals.entries()) {
      expect(signedRankCdf(critical, from + i)).toBeLessThanOrEqual(alpha)
      expect(signedRankCdf(critical + 1, from + i)).toBeGreaterThan(alpha)
    }
  })

  test('the distribution is the one that R has', () => {
    for (let n = 1; n <= 30; n++) {
      for (let w = 0; w <= (n * (n + 1)) / 2; w += 1 + (n >> 2)) {
        expect(signedRankCdf(w, n)).toBeCloseTo(Number(psignrank(w, n)), 12)
      }
    }
  })

  test('p is that of another implementation', () => {
    fc.assert(
      fc.property(distinctSizes, (differences) => {
        const { pGreater, pLess } = signedRank(differences)
        const p = (alternative: 'greater' | 'less') => wilcoxon(differences, { alternative }).pValue
        expect(pGreater).toBeCloseTo(p('greater'), 10)
        expect(pLess).toBeCloseTo(p('less'), 10)
      }),
    )
  })
})

test('with ties and zeros, p is the share of all assignments of signs', () => {
  fc.assert(
    fc.property(tied, (differences) => {
      const { pGreater, pLess } = signedRank(differences)
      const expected = byEnumeration(differences)
      expect(pGreater).toBeCloseTo(expected.pGreater, 12)
      expect(pLess).toBeCloseTo(expected.pLess, 12)
    }),
  )
})

test('a published example: depression scores before and after (Hollander and Wolfe, 3.1)', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  const { wPlus, pGreater } = signedRank(before.map((value, i) => value - (after[i] ?? 0)))
  expect(wPlus).toBe(40)
  expect(pGreater).toBeCloseTo(0.01953, 5)
})

test('n differences on one side have p = 2⁻ⁿ, so fewer than seven pass no look', () => {
  for (let n = 1; n <= 30; n++) {
    const differences = Array.from({ length: n }, (_, i) => i + 1)
    expect(signedRank(differences).pGreater).toBeCloseTo(2 ** -n, 15)
  }
  expect(signedRank([1, 2, 3, 4, 5, 6]).pGreater).toBeGreaterThan(0.0125)
})

test('differences of 0 are no evidence', () => {
  expect(signedRank([])).toMatchObject({ pGreater: 1, pLess: 1 })
  expect(signedRank([0, 0, 0])).toMatchObject({ pGreater: 1, pLess: 1, nonZero: 0 })
  expect(signedRank([0, 0, 1, 2, 3]).pGreater).toBe(1 / 8)
})

test('turning the signs swaps both p, and scaling changes neither', () => {
  fc.assert(
    fc.property(
      fc.oneof(distinctSizes, tied),
      fc.integer({ min: 1, max: 50 }),
      (values, factor) => {
        const differences: readonly number[] = values
        const { pGreater, pLess } = signedRank(differences)
        const mirrored = signedRank(differences.map((value) => -value))
        expect(mirrored.pLess).toBeCloseTo(pGreater, 12)
        expect(mirrored.pGreater).toBeCloseTo(pLess, 12)
        const scaled = signedRank(differences.map((value) => value * factor))
        expect(scaled).toMatchObject({ pGreater, pLess })
      },
    ),
  )
})

test('the same differences once more make what is significant more so', () => {
  fc.assert(
    fc.property(tied, (differences) => {
      const { pGreater } = signedRank(differences)
      fc.pre(pGreater <= 0.05)
      expect(signedRank([...differences, ...differences]).pGreater).toBeLessThan(pGreater)
    }),
  )
})
