import { medianOf, medianOfSorted } from './quantile.ts'
import { pairsPastEnd, rankSum } from './rank-sum.ts'

/** Changes from one treatment to another, each measured in one period, by which of the two came first. */
export interface Changes {
  /** Changes in periods that began with the baseline. */
  readonly oldFirst: readonly number[]
  /** Changes in periods that began with the candidate. */
  readonly newFirst: readonly number[]
}

/** The result of a crossover test, free of the order effect. */
export interface Crossover {
  /** The median of all averages of one change of either order. */
  readonly estimate: number
  /** −∞ if there are too few changes for the level. */
  readonly lower: number
  /** ∞ if there are too few changes. */
  readonly upper: number
  /** One-sided p-value of an increase. */
  readonly pGreater: number
  /** One-sided p-value of a decrease. */
  readonly pLess: number
}

/**
 * Tests and estimates a change from measurements in alternating order. The second measurement of a
 * period may differ because of the order alone (a warm cache, a hot core), which adds to the change
 * in one order and subtracts from it in the other.
 *
 * If the versions are equal, *second minus first* has the same distribution in either order, whatever
 * that distribution is. So Wilcoxon's rank-sum test of `oldFirst` against the negated `newFirst` is
 * exact: the order effect needs no estimate, no assumption and no correction. The estimate is that of
 * Hodges and Lehmann: the median of all averages of one change per order, in which the order effect
 * cancels. The interval runs from the k-th smallest to the k-th largest average. Without ties, `lower` is
 * above 0 exactly if `pGreater` is at most `alpha`; with ties, the interval is conservative.
 *
 * Sources: G. G. Koch, "The use of non-parametric methods in the statistical analysis of the
 * two-period change-over design", Biometrics 28 (1972); M. Hollander and D. A. Wolfe,
 * "Nonparametric Statistical Methods" (1999), 4.1 to 4.3.
 *
 * @param changes finite, at least one in all.
 * @param alpha one-sided level of each end: the interval's confidence is 1 − 2α.
 */
export function crossover({ oldFirst, newFirst }: Changes, alpha: number): Crossover {
  const negated = newFirst.map((change) => 0 - change)
  const averages = averagesOf(oldFirst, newFirst)
  const k = pairsPastEnd(oldFirst.length, newFirst.length, alpha)
  const isBounded = k > 0 && averages.length > 0
  return {
    // With one order only, the estimate includes the order effect; no decision uses it.
    estimate: averages.length > 0 ? medianOfSorted(averages) : medianOf([...oldFirst, ...newFirst]),
    lower: isBounded ? (averages[k - 1] ?? Number.NaN) : -Infinity,
    upper: isBounded ? (averages[averages.length - k] ?? Number.NaN) : Infinity,
    ...rankSum(oldFirst, negated),
  }
}

/** Ascending. */
function averagesOf(a: readonly number[], b: readonly number[]): Float64Array {
  const averages = new Float64Array(a.length * b.length)
  let next = 0
  for (const x of a) for (const y of b) averages[next++] = (x + y) / 2
  return averages.sort()
}
