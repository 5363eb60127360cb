import { formatCount, formatMs } from '../../format.ts'
import { roughPercentileMs, sumOfSparse } from '../../load/recording/sparse-counts.ts'
import type { IntervalFigures, IntervalResponse } from '../../load/result.ts'
import { medianOf } from '../../stats/quantile.ts'
import { left, renderTable, right, tableWidth } from './table.ts'
import { terminalWidth } from './terminal-width.ts'

/**
 * How a load's figures changed over time, one line per stretch. Per operation: the requests that succeeded until the
 * end of the stretch, and the P50 and P95 of the stretch: exact for one second; otherwise from the seconds' histograms,
 * with `≈`, because a bucket is 6 % wide. For seconds without a histogram, as in older files, they are the medians of
 * the seconds' own. The last stretch includes the remainder of the load, and requests that ended after it.
 * @param measuredMs how long requests were started.
 * @param everySeconds the length of a stretch, a whole number ≥ 1.
 */
export function renderStretches(
  intervals: readonly IntervalFigures[],
  measuredMs: number,
  everySeconds: number,
  { faults = [], width = terminalWidth() }: StretchOptions = {},
): string {
  const operations = [...new Set(intervals.map(({ operation }) => operation))]
  // A file may claim a longer measurement than it has seconds.
  const seconds = intervals.reduce((most, { second }) => Math.max(most, second + 1), 0)
  const count = Math.max(
    Math.min(Math.floor(measuredMs / 1_000 / everySeconds), Math.ceil(seconds / everySeconds)),
    1,
  )
  const stretchOf = ({ second }: IntervalFigures): number =>
    Math.min(Math.floor(second / everySeconds), count - 1)
  const soFar = new Map<string, number>()
  const stretches = Map.groupBy(intervals, stretchOf)
  const figures = Array.from({ length: count }, (_, stretch) =>
    operations.map((name) => {
      const own = (stretches.get(stretch) ?? []).filter(({ operation }) => operation === name)
      const ok = own.reduce((sum, interval) => sum + interval.ok, soFar.get(name) ?? 0)
      soFar.set(name, ok)
      const times = own.flatMap(({ response }) => response ?? [])
      return [
        formatCount(ok),
        percentileOf(times, 50, ({ p50Ms }) => p50Ms),
        percentileOf(times, 95, ({ p95Ms }) => p95Ms),
      ]
    }),
  )
  const from = (stretch: number): string => formatCount(stretch * everySeconds)
  const broken = Map.groupBy(faults, ({ atMs }) =>
    Math.min(Math.floor(atMs / 1_000 / everySeconds), count - 1),
  )
  const faultsIn = (stretch: number): string =>
    (broken.get(stretch) ?? []).map(({ label }) => label).join(', ')
  const wide = figures.map((own, stretch) => [from(stretch), ...own.flat(), faultsIn(stretch)])
  const columns = [
    right('from second'),
    ...operations.flatMap((name) => [right(`${name} so far`), right('P50'), right('P95')]),
    left(faults.length === 0 ? '' : 'faults', { wraps: true, below: true }),
  ]
  if (tableWidth(columns, wide) <= width) return renderTable(columns, wide, width)
  // In a narrow terminal, operations are below each other.
  const narrow = figures.flatMap((own, stretch) =>
    own.map((cells, at) => [
      at === 0 ? from(stretch) : '',
      operations[at] ?? '',
      ...cells,
      at === 0 ? faultsIn(stretch) : '',
    ]),
  )
  return renderTable(
    [...NARROW, left(faults.length === 0 ? '' : 'faults', { wraps: true, below: true })],
    narrow,
    width,
  )
}

/** What else there is to show, and the room for it. */
export interface StretchOptions {
  /** Those that broke something, and when. */
  readonly faults?: readonly { readonly label: string; readonly atMs: number }[]
  /** In columns. Default: that of the terminal. */
  readonly width?: number
}

const NARROW = [
  right('from second'),
  left('operation'),
  right('so far'),
  right('P50'),
  right('P95'),
]

function percentileOf(
  seconds: readonly IntervalResponse[],
  percentile: number,
  ofSecond: (second: IntervalResponse) => number,
): string {
  const [first, ...others] = seconds
  if (first === undefined) return '–'
  if (others.length === 0) return formatMs(ofSecond(first))
  if (seconds.some(({ counts }) => counts.length === 0))
    return formatMs(medianOf(seconds.map(ofSecond)))
  const ms = roughPercentileMs(sumOfSparse(seconds.map(({ counts }) => counts)), percentile)
  return ms === null ? '–' : `≈${formatMs(ms)}`
}
