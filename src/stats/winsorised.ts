import { medianOfSorted } from './quantile.ts'

/**
 * Moves values beyond a distance from the median to that distance. The standard deviation comes from the
 * quartiles, as for normally distributed values: IQR / 1.349.
 * @param values all finite.
 * @param deviations the distance in standard deviations, above 0.
 * @returns `null` if half of the values are equal, because the standard deviation is then 0.
 */
export function winsorised(values: readonly number[], deviations: number): Float64Array | null {
  const sorted = new Float64Array(values).sort()
  const at = (index: number): number => sorted[index] ?? 0
  const last = sorted.length - 1
  const median = medianOfSorted(sorted)
  const quarter = Math.floor(last / 4)
  const most = (deviations * (at(last - quarter) - at(quarter))) / 1.349
  if (!(most > 0)) return null
  const within = new Float64Array(values.length)
  for (let k = 0; k < values.length; k += 1) {
    within[k] = Math.min(Math.max(values[k] ?? 0, median - most), median + most)
  }
  return within
}
