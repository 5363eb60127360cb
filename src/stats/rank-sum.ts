/** One-sided p-values of a difference between two groups. */
export interface RankSum {
  /** P(U ≥ observed): small if the first group's values are above the second's. */
  readonly pGreater: number
  /** P(U ≤ observed): small if they are below. */
  readonly pLess: number
}

/**
 * Wilcoxon's rank-sum test (Mann–Whitney), one-sided and exact. U counts the pairs of one value per
 * group in which the first group's value is larger; ties count half. Without ties, its distribution
 * depends on the group sizes only; with ties, it is computed over all ways to deal the values to groups
 * of these sizes.
 *
 * Source: H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is
 * stochastically larger than the other", Annals of Mathematical Statistics 18 (1947).
 *
 * @param a finite numbers. If either group is empty, both p-values are 1.
 */
export function rankSum(a: readonly number[], b: readonly number[]): RankSum {
  return { pGreater: lowerTail(b, a), pLess: lowerTail(a, b) }
}

/** P(U ≤ observed). */
function lowerTail(a: readonly number[], b: readonly number[]): number {
  let twiceU = 0
  for (const x of a) for (const y of b) twiceU += x > y ? 2 : x === y ? 1 : 0
  const all = [...a, ...b]
  const hasTies = new Set(all).size < all.length
  const atMost = hasTies ? tiedCumulative(all, a.length) : untiedCumulative(a.length, b.length)
  return Math.min(atMost[twiceU] ?? 1, 1)
}

/**
 * The number of the pairs' differences, in ascending order, beyond the end of a confidence interval: the
 * largest k with P(U ≤ k − 1) ≤ `alpha`, without ties. 0 if the groups are too small for an interval.
 * @param alpha one-sided level, between 0 and 1.
 */
export function pairsPastEnd(sizeA: number, sizeB: number, alpha: number): number {
  const key = `${sizeA} ${sizeB} ${alpha}`
  const known = PAST_END.get(key)
  if (known !== undefined) return known
  const atMost = untiedCumulative(sizeA, sizeB)
  let k = 0
  // Rounding must not decide. U is whole: only every second place is used.
  while (k <= sizeA * sizeB && (atMost[2 * k] ?? 1) <= alpha + 1e-12) k++
  PAST_END.set(key, k)
  return k
}

/** A gate needs few of them, very often. */
const PAST_END = new Map<string, number>()
const UNTIED = new Map<string, Float64Array>()

/** P(2U ≤ 0), P(2U ≤ 1) … of values that all differ. */
function untiedCumulative(sizeA: number, sizeB: number): Float64Array {
  const key = `${sizeA} ${sizeB}`
  const known = UNTIED.get(key)
  if (known !== undefined) return known
  const ranks = Array.from({ length: sizeA + sizeB }, (_, i) => i)
  const cumulative = tiedCumulative(ranks, sizeA)
  UNTIED.set(key, cumulative)
  return cumulative
}

/** P(2U ≤ 0), P(2U ≤ 1) … over all ways to choose the first group, of `size`, from `values`. */
function tiedCumulative(values: readonly number[], size: number): Float64Array {
  const twiceRanks = twiceRanksOf(values)
  const largest = twiceRanks.reduce((sum, rank) => sum + rank, 0)
  // ways[k][s]: to choose k values whose ranks, twice, sum up to s.
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1))
  const [none] = ways
  if (none !== undefined) none[0] = 1
  for (const rank of twiceRanks) {
    for (let k = size; k >= 1; k--) {
      const [from, to] = [ways[k - 1], ways[k]]
      if (from === undefined || to === undefined) continue
      for (let sum = largest; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0)
    }
  }
  const chosen = ways[size] ?? new Float64Array(1)
  const total = chosen.reduce((sum, count) => sum + count, 0)
  // Twice the sum of the ranks is at least size × (size + 1), where U is 0.
  const offset = size * (size + 1)
  const cumulative = new Float64Array(2 * size * (values.length - size) + 1)
  let sum = 0
  for (let twiceU = 0; twiceU < cumulative.length; twiceU++) {
    sum += chosen[twiceU + offset] ?? 0
    cumulative[twiceU] = sum / total
  }
  return cumulative
}

/** Twice the ranks, which start at 1, so that the mean ranks of ties are whole. */
function twiceRanksOf(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((x, y) => x - y)
  const ranks: number[] = []
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    for (let i = from; i < to; i++) ranks.push(from + 1 + to)
  }
  return ranks
}
