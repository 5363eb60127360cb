import { signedRankProbabilities } from './signed-rank.ts'

/** The location of differences, and between which ends it is. */
export interface Location {
  /** Hodges–Lehmann: the median of all Walsh averages. */
  readonly estimate: number
  /** −∞ where there are too few differences for the confidence. */
  readonly lower: number
  /** ∞ where there are too few. */
  readonly upper: number
}

/**
 * Hodges–Lehmann's estimate and the interval that goes with the signed-rank test. Walsh averages
 * are the n(n + 1)/2 means of two differences, each paired with itself too; the interval is from the
 * k-th smallest to the k-th largest, for the largest k with
 *
 *     P(W⁺ ≤ k − 1) ≤ (1 − confidence)/2
 *
 * so the lower end is above 0 exactly where the test's p is at most (1 − confidence)/2, where no
 * differences are tied. With ties, the interval is too wide rather than too narrow. If even k = 1
 * is too much, as 2⁻ⁿ > (1 − confidence)/2 is for 97.5 % and 6 differences, the interval is
 * unbounded.
 *
 * All the same differences twice never give a wider interval: at most 4(k − 1) of their Walsh
 * averages are past an end, and k at 2n is above that.
 *
 * Source: M. Hollander and D. A. Wolfe, "Nonparametric Statistical Methods" (1999), 3.2 and 3.3.
 *
 * @param differences at least 1, finite.
 * @param confidence two-sided, between 0 and 1.
 */
export function locationOf(differences: readonly number[], confidence: number): Location {
  const averages = walshAverages(differences)
  const k = walshRank(differences.length, confidence)
  const middle = averages.length / 2
  return {
    estimate: (at(averages, Math.ceil(middle) - 1) + at(averages, Math.floor(middle))) / 2,
    lower: k === 0 ? -Infinity : at(averages, k - 1),
    upper: k === 0 ? Infinity : at(averages, averages.length - k),
  }
}

/** The rank k of the Walsh averages between which the location is; 0 if there is none. */
export function walshRank(n: number, confidence: number): number {
  const key = `${n} ${confidence}`
  const known = RANKS.get(key)
  if (known !== undefined) return known
  // What is left of rounding 1 − 0.975 must not decide.
  const tail = (1 - confidence) / 2 + 1e-12
  let k = 0
  let sum = 0
  for (const probability of signedRankProbabilities(n)) {
    sum += probability
    if (sum > tail) break
    k++
  }
  RANKS.set(key, k)
  return k
}

/** A gate asks for few of them, very often. */
const RANKS = new Map<string, number>()

function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2)
  let next = 0
  for (const [i, a] of values.entries()) {
    for (const b of values.slice(i)) averages[next++] = a / 2 + b / 2
  }
  return averages.sort()
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN
}
