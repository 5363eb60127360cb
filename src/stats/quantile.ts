/**
 * The quantile of `values` in any order; see `quantileOfSorted`.
 * @param q 0 to 1; 0.25 is the lower quartile.
 */
export function quantileOf(values: readonly number[], q: number): number {
  return quantileOfSorted(ascending(values), q)
}

/**
 * The quantile of ascending values, by linear interpolation between neighbours: type 7 of R. J. Hyndman
 * and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996).
 * @param q 0 to 1.
 * @returns NaN without values.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * The smallest of `values`, in any order, that at least the ratio `q` of them do not exceed. Unlike
 * `quantileOf`, it is always one of them.
 * @param q above 0, at most 1.
 */
export function nearestRankOf(values: readonly number[], q: number): number {
  return ascending(values)[Math.ceil(q * values.length) - 1] ?? Number.NaN
}

/** The median of `values` in any order; NaN without values. */
export function medianOf(values: readonly number[]): number {
  return medianOfSorted(ascending(values))
}

/**
 * The median of ascending values, and NaN without values: the middle one, or the mean of the middle two.
 * The median of the negated values is exactly the negated median.
 */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const middle = (sorted.length - 1) / 2
  const below = sorted[Math.floor(middle)] ?? Number.NaN
  const above = sorted[Math.ceil(middle)] ?? Number.NaN
  return (below + above) / 2
}

/** The arithmetic mean; NaN without values. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / values.length
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}
