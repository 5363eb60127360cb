import { pnorm } from 'lib-r-math.js'
import { InputError } from '../input-error.ts'
import { medianOf } from './quantile.ts'

/** The trend of a series over time. */
export interface Trend {
  /** The number of values. */
  readonly n: number
  /** Mann–Kendall's S: pairs that rise less pairs that fall. */
  readonly s: number
  /** S in standard deviations, with a continuity correction; 0 where no pair differs. */
  readonly z: number
  /** The two-sided p-value: the probability of such a large |z| without a trend. */
  readonly p: number
  /** Sen's slope: the median change from one value to the next. */
  readonly slope: number
}

/**
 * Tests a series of equally spaced values for a monotonic trend. It uses ranks, so neither the
 * distribution nor single outliers matter.
 *
 *     S = Σ(i<j) sign(xⱼ − xᵢ)
 *     Var S = [n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)] / 18      t: sizes of the groups of ties
 *     z = (S − sign S) / √Var S
 *     slope = median of (xⱼ − xᵢ) / (j − i) over all i < j
 *
 * The normal approximation of z is good from about 10 values. It assumes that values are independent
 * except for the trend, so choose windows much longer than natural fluctuations.
 *
 * Sources: Mann 1945, Kendall 1975, Sen 1968; as in Gilbert, "Statistical Methods for Environmental
 * Pollution Monitoring" (1987), ch. 16.
 *
 * @throws InputError for fewer than 4 values, or one that is not finite.
 */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length
  if (n < 4) throw new InputError(`trend: ${n} values are too few to tell one; 4 are the least.`)
  const odd = values.find((value) => !Number.isFinite(value))
  if (odd !== undefined) throw new InputError(`trend: ${odd} is not a finite value.`)
  let s = 0
  const slopes: number[] = []
  for (const [j, later] of values.entries()) {
    for (let i = 0; i < j; i++) {
      const change = later - (values[i] ?? 0)
      s += Math.sign(change)
      slopes.push(change / (j - i))
    }
  }
  const z = s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(varianceOfS(values))
  const p = z === 0 ? 1 : 2 * pnorm(-Math.abs(z))
  return { n, s, z, p, slope: medianOf(slopes) }
}

function varianceOfS(values: readonly number[]): number {
  const term = (count: number): number => count * (count - 1) * (2 * count + 5)
  const ties = Map.groupBy(values, (value) => value)
  let sum = term(values.length)
  for (const equal of ties.values()) sum -= term(equal.length)
  return sum / 18
}
