import { formatChange } from '../format.ts'
import type { LoadResult } from '../load/result.ts'
import { trendOf, type Trend } from '../stats/mann-kendall.ts'
import { medianOf } from '../stats/quantile.ts'
import { SOAK_FIGURES, type SoakFigure, type SoakSample } from './soak-watch.ts'

/** A metric of a long load over time. */
export interface SoakTrend extends Trend {
  readonly figure: string
  readonly unit: string
  readonly median: number
  /** Change from the first window to the last, by Sen's slope, with its confidence interval. */
  readonly growth: number
  readonly leastGrowth: number
  readonly mostGrowth: number
  /** Allowed growth. */
  readonly tolerance: number
  /** Whether it grows significantly, and by more than allowed. */
  readonly isRising: boolean
}

/** Significance level: 1 in 100 series without a trend looks like a rise. */
const SIGNIFICANT = 0.01
/** Windows are made long enough to have at most this many. */
const MAX_WINDOWS = 60

/** The trends of memory, open files, response P99 and expiry lag over a load. */
export function soakTrends(
  result: LoadResult,
  samples: readonly SoakSample[],
): readonly SoakTrend[] {
  const p99s = Map.groupBy(result.intervals, ({ second }) => second)
  const p99Ms = [...p99s.values()].flatMap((rows) => {
    const measured = rows.flatMap(({ response }) => response?.p99Ms ?? [])
    return measured.length === 0 ? [] : [Math.max(...measured)]
  })
  const least = (values: readonly number[]): number => Math.min(...values)
  const figures = Object.entries(SOAK_FIGURES).flatMap(([figure, { unit, tolerance, of }]) => {
    const values = samples.flatMap((sample) => sample[figure as SoakFigure] ?? [])
    if (values.length === 0) return []
    const windows = windowed(values, of === 'least' ? least : medianOf)
    return [soakTrend(figure, unit, tolerance, windows)]
  })
  return [...figures, soakTrend('response P99', 'ms', 5, windowed(p99Ms, medianOf))]
}

/** A table: one line per metric. */
export function renderSoakTrends(trends: readonly SoakTrend[]): string {
  const heading = ['figure', 'median', 'growth', '99 % interval', 'allowed', 'p', 'trend']
  const rows = trends.map((trend) => {
    const { figure, unit, median, tolerance, p, isRising } = trend
    const signed = (change: number): string => formatChange(change, (size) => size.toFixed(2))
    const verdict = isRising ? 'rising' : p < SIGNIFICANT ? 'within tolerance' : 'none'
    return [
      figure,
      `${median.toFixed(2)} ${unit}`,
      signed(trend.growth),
      `${signed(trend.leastGrowth)} … ${signed(trend.mostGrowth)}`,
      `${tolerance}`,
      p.toPrecision(2),
      verdict,
    ]
  })
  const windows = Math.max(...trends.map(({ n }) => n))
  return [
    ...aligned([heading, ...rows]),
    `  growth: over the whole run, by Sen's slope of up to ${windows} windows`,
  ].join('\n')
}

/** Figures and verdicts begin, and numbers end, in one column. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `  ${cells.slice(0, -1).join('  ')}  ${row.at(-1) ?? ''}`
  })
}

function soakTrend(
  figure: string,
  unit: string,
  tolerance: number,
  values: readonly number[],
): SoakTrend {
  const trend = trendOf(values)
  const steps = values.length - 1
  const growth = trend.slope * steps
  return {
    ...trend,
    figure,
    unit,
    median: medianOf(values),
    growth,
    leastGrowth: trend.leastSlope * steps,
    mostGrowth: trend.mostSlope * steps,
    tolerance,
    isRising: trend.p < SIGNIFICANT && growth > tolerance,
  }
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
