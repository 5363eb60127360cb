import { formatChange } from '../format.ts'
import type { LoadResult } from '../load/result.ts'
import { trendOf, type Trend } from '../stats/mann-kendall.ts'
import { medianOf } from '../stats/quantile.ts'
import type { SoakSample } from './soak-watch.ts'

/** A metric of a long load over time. */
export interface SoakTrend extends Trend {
  readonly figure: string
  readonly unit: string
  readonly median: number
  /** Change from the first window to the last, by Sen's slope. */
  readonly growth: number
  /** Allowed growth. */
  readonly tolerance: number
  /** Whether it grows significantly, and by more than allowed. */
  readonly isRising: boolean
}

/** Significance level: 1 in 100 series without a trend looks like a rise. */
const SIGNIFICANT = 0.01
/** Windows are made long enough to have at most this many. */
const MAX_WINDOWS = 60
const MIB = 2 ** 20

/** The trends of memory, of response P99 and of the expiry lag over a load. */
export function soakTrends(
  result: LoadResult,
  samples: readonly SoakSample[],
): readonly SoakTrend[] {
  const p99s = Map.groupBy(result.intervals, ({ second }) => second)
  const p99Ms = [...p99s.values()].flatMap((rows) => {
    const measured = rows.flatMap(({ response }) => response?.p99Ms ?? [])
    return measured.length === 0 ? [] : [Math.max(...measured)]
  })
  const heap = samples.map(({ heapBytes }) => heapBytes / MIB)
  const redis = samples.flatMap(({ redisBytes }) => (redisBytes === null ? [] : [redisBytes / MIB]))
  const lag = samples.map(({ expiryLagMs }) => expiryLagMs)
  const least = (values: readonly number[]): number => Math.min(...values)
  return [
    soakTrend('heap', 'MiB', 16, windowed(heap, least)),
    ...(redis.length === 0 ? [] : [soakTrend('Redis', 'MiB', 4, windowed(redis, medianOf))]),
    soakTrend('response P99', 'ms', 5, windowed(p99Ms, medianOf)),
    soakTrend('expiry lag', 'ms', 5, windowed(lag, medianOf)),
  ]
}

/** One line per metric. */
export function renderSoakTrends(trends: readonly SoakTrend[]): string {
  return trends
    .map(({ figure, unit, median, growth, tolerance, n, p, isRising }) => {
      const change = `${formatChange(growth, (size) => size.toFixed(2))} ${unit} over the run`
      const verdict = isRising ? 'rising' : p < SIGNIFICANT ? 'within tolerance' : 'no trend'
      return `  ${figure}: median ${median.toFixed(2)} ${unit}, ${change} (tolerance ${tolerance} ${unit}, p = ${p.toPrecision(2)}, ${n} windows): ${verdict}`
    })
    .join('\n')
}

function soakTrend(
  figure: string,
  unit: string,
  tolerance: number,
  values: readonly number[],
): SoakTrend {
  const trend = trendOf(values)
  const growth = trend.slope * (values.length - 1)
  const isRising = trend.p < SIGNIFICANT && growth > tolerance
  return { ...trend, figure, unit, median: medianOf(values), growth, tolerance, isRising }
}

/** Reduces windows of equal length (the last may be shorter) to one value each. */
function windowed(
  values: readonly number[],
  figureOf: (window: readonly number[]) => number,
): readonly number[] {
  const size = Math.max(Math.ceil(values.length / MAX_WINDOWS), 1)
  const count = Math.ceil(values.length / size)
  return Array.from({ length: count }, (_, i) => figureOf(values.slice(i * size, (i + 1) * size)))
}
