import { qnorm } from 'lib-r-math.js'

/**
 * Replaces each value by the normal quantile of its rank, so that only the order of the values
 * counts and outliers have limited influence:
 *
 *     zᵢ = Φ⁻¹( (rᵢ − 3/8) / (n + 1/4) )
 *
 * Equal values have their mean rank. Negated values have negated scores.
 *
 * Source: G. Blom, "Statistical Estimates and Transformed Beta-Variables", 1958.
 *
 * @param values all finite.
 */
export function normalScores(values: readonly number[]): Float64Array {
  const n = values.length
  const quantiles = quantilesOf(n)
  const sorted = new Float64Array(values).sort()
  const scores = new Float64Array(n)
  for (let k = 0; k < n; k += 1) {
    const value = values[k] ?? 0
    const first = firstOf(sorted, value)
    let after = first + 1
    while (after < n && sorted[after] === value) after += 1
    // Ranks first + 1 … after, whose middle may lie between two ranks.
    scores[k] = quantiles[first + after - 1] ?? 0
  }
  return scores
}

/** The first index of a value among sorted ones, by bisection. */
function firstOf(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Quantiles of the ranks 1, 1½, 2 … n. */
function quantilesOf(n: number): Float64Array {
  const known = KNOWN.get(n)
  if (known !== undefined) return known
  const quantiles = new Float64Array(Math.max(2 * n - 1, 0))
  for (let k = 0; k < n; k += 1) {
    // The middle one is 0, and the others mirror each other to the last digit.
    const score = k === n - 1 ? 0 : qnorm((1 + k / 2 - 3 / 8) / (n + 1 / 4))
    quantiles[k] = score
    quantiles[2 * n - 2 - k] = k === n - 1 ? 0 : -score
  }
  KNOWN.set(n, quantiles)
  return quantiles
}

/** Many series are judged after every run, and most lengths repeat. */
const KNOWN = new Map<number, Float64Array>()
