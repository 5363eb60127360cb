/** How likely differences are to speak so much for one side, if they were as often above 0 as below. */
export interface SignedRank {
  /** Sum of the ranks of the differences above 0; half ranks where some are tied. */
  readonly wPlus: number
  /** Differences that aren't 0: p is at least 2 to minus that. */
  readonly nonZero: number
  /** P(W⁺ ≥ `wPlus`): small where differences are above 0. */
  readonly pGreater: number
  /** P(W⁺ ≤ `wPlus`): small where they are below 0. */
  readonly pLess: number
}

/**
 * Wilcoxon's signed-rank test, one-sided, exact. The differences are ranked by size, tied ones with
 * the mean of their ranks; given the sizes, each sign is + or − with even odds, and the distribution
 * of W⁺ over all of these is computed from the very ranks there are: no table, which is of ranks
 * without ties, and no normal approximation. Differences of 0 are ranked with the others and then
 * left out (Pratt), so that they weaken the evidence rather than vanish.
 *
 * Time and memory grow as n³ and n²: made for up to some hundred differences.
 *
 * Sources: F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945);
 * J. W. Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank procedures", JASA 54 (1959);
 * M. Hollander and D. A. Wolfe, "Nonparametric Statistical Methods" (1999), 3.1.
 *
 * @param differences finite numbers; of none, both p are 1.
 */
export function signedRank(differences: readonly number[]): SignedRank {
  const ranked = twiceRanked(differences).filter(({ value }) => value !== 0)
  const probabilities = sumDistribution(ranked.map(({ twiceRank }) => twiceRank))
  let observed = 0
  for (const { value, twiceRank } of ranked) if (value > 0) observed += twiceRank
  return {
    wPlus: observed / 2,
    nonZero: ranked.length,
    pGreater: Math.min(sumOf(probabilities, observed, probabilities.length), 1),
    pLess: Math.min(sumOf(probabilities, 0, observed + 1), 1),
  }
}

/** P(W⁺ = 0), P(W⁺ = 1) … of `n` differences without ties and zeros, of which tables are made. */
export function signedRankProbabilities(n: number): Float64Array {
  return sumDistribution(Array.from({ length: n }, (_, i) => i + 1))
}

interface Ranked {
  readonly value: number
  /** Whole, also where two share a rank. */
  readonly twiceRank: number
}

function twiceRanked(values: readonly number[]): readonly Ranked[] {
  const sorted = values.toSorted((a, b) => Math.abs(a) - Math.abs(b))
  const ranked: Ranked[] = []
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const size = Math.abs(sorted[from] ?? 0)
    while (to < sorted.length && Math.abs(sorted[to] ?? 0) === size) to++
    for (const value of sorted.slice(from, to)) ranked.push({ value, twiceRank: from + 1 + to })
  }
  return ranked
}

/** Probability of each sum, 0 …, of terms that are each there or not with even odds. */
function sumDistribution(terms: readonly number[]): Float64Array {
  const largest = terms.reduce((sum, term) => sum + term, 0)
  const probabilities = new Float64Array(largest + 1)
  probabilities[0] = 1
  let reached = 0
  for (const term of terms) {
    reached += term
    for (let sum = reached; sum >= 0; sum--) {
      const without = probabilities[sum] ?? 0
      const including = sum >= term ? (probabilities[sum - term] ?? 0) : 0
      probabilities[sum] = (without + including) / 2
    }
  }
  return probabilities
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += values[i] ?? 0
  return sum
}
