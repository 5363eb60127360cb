import { pt } from 'lib-r-math.js'

/** What a t-test finds. */
export interface TTest {
  /** How likely means this far apart are where there is no difference, in either direction; 0 to 1. */
  readonly p: number
  readonly meanA: number
  readonly meanB: number
}

/**
 * Student's two-sample t-test, two-sided, with pooled variance: for independent values, normally
 * distributed, of one variance.
 *
 *     t = (x̄ − ȳ) / √( s² · (1/m + 1/n) )      s² = (Σ(xᵢ − x̄)² + Σ(yⱼ − ȳ)²) / (m + n − 2)
 *
 * p is exact to 10⁻⁷ (lib-r-math.js 2.0.3), and to eight digits where it is about 0.001.
 * Without any variance, means that differ have p = 0 and means that don't p = 1.
 * @param a at least one value, and three together with `b`.
 */
export function tTest(a: readonly number[], b: readonly number[]): TTest {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  const freedom = a.length + b.length - 2
  const variance = (squares(a, meanA) + squares(b, meanB)) / freedom
  const difference = Math.abs(meanA - meanB)
  if (difference === 0) return { p: 1, meanA, meanB }
  const t = difference / Math.sqrt(variance * (1 / a.length + 1 / b.length))
  return { p: t === Infinity ? 0 : 2 * pt(-t, freedom), meanA, meanB }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function squares(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}
