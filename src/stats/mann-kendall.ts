import { pnorm, qnorm } from 'lib-r-math.js'
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
  /** The 99 % confidence interval of the slope. */
  readonly leastSlope: number
  readonly mostSlope: number
}

const CONFIDENCE = 0.99

/**
 * Tests a series of equally spaced values for a monotonic trend. It uses ranks, so neither the
 * distribution nor single outliers matter.
 *
 *     S = Σ(i<j) sign(xⱼ − xᵢ)
 *     Var S = [n(n − 1)(2n + 5) − Σ t(t − 1)(2t + 5)] / 18      t: sizes of the groups of ties
 *     z = (S − sign S) / √Var S
 *     slope = median of (xⱼ − xᵢ) / (j − i) over all i < j
 *     interval: the slopes of ranks (N − C)/2 and (N + C)/2 + 1 of the N pairwise ones, C = 2.576 √Var S
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
  const deviation = Math.sqrt(varianceOfS(values))
  const z = s === 0 ? 0 : (s - Math.sign(s)) / deviation
  const p = z === 0 ? 1 : 2 * pnorm(-Math.abs(z))
  return { n, s, z, p, slope: medianOf(slopes), ...intervalOf(slopes, deviation) }
}

/** Of a short series, all slopes are within it. */
function intervalOf(
  slopes: readonly number[],
  deviation: number,
): Pick<Trend, 'leastSlope' | 'mostSlope'> {
  const sorted = slopes.toSorted((a, b) => a - b)
  const pairs = sorted.length
  const width = qnorm(1 - (1 - CONFIDENCE) / 2) * deviation
  return {
    leastSlope: atRank(sorted, (pairs - width) / 2),
    mostSlope: atRank(sorted, (pairs + width) / 2 + 1),
  }
}

/** The value at a rank from 1, interpolated between its neighbours; beyond the ends, the last one. */
function atRank(sorted: readonly number[], rank: number): number {
  const within = Math.min(Math.max(rank, 1), sorted.length)
  const below = sorted[Math.floor(within) - 1] ?? 0
  const above = sorted[Math.ceil(within) - 1] ?? 0
  return below + (above - below) * (within - Math.floor(within))
}

function varianceOfS(values: readonly number[]): number {
  const term = (count: number): number => count * (count - 1) * (2 * count + 5)
  const ties = Map.groupBy(values, (value) => value)
  let sum = term(values.length)
  for (const equal of ties.values()) sum -= term(equal.length)
  return sum / 18
}
