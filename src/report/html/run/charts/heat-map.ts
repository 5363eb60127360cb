import { counted, formatMs } from '../../../../format.ts'
import type { IntervalFigures } from '../../../../load/result.ts'
import {
  bucketAtPercentile,
  bucketsOf,
  shortestUs,
  sparseBucketOf,
  sumOfSparse,
  totalOfSparse,
} from '../../../../load/recording/sparse-counts.ts'
import type { Bound, HeatMap } from '../../chart.ts'
import { planSlots, slotsOf } from '../slots.ts'
import { overClock, type OverTime } from './over-time.ts'
import { rounded } from './rounded.ts'

/** More columns or rows than this can't be told apart. */
const MAX_COLUMNS = 400
const MAX_ROWS = 64

/** A logarithmic axis has no 0. */
const LEAST_MS = 0.0005

/** Response times over time, as counts; `null` if they are unknown, as in older run files. */
export function heatMap(
  over: OverTime,
  intervals: readonly IntervalFigures[],
  measuredMs: number,
  bounds: readonly Bound[],
): HeatMap | null {
  const { operation } = over
  const slots = slotsOf(intervals, operation, planSlots(intervals, measuredMs, MAX_COLUMNS))
  const columns = slots.map(({ counts }) =>
    bucketsOf(counts).map(({ fromMs, count }) => ({ bucket: bucketAt(fromMs), count })),
  )
  const buckets = columns.flatMap((column) => column.map(({ bucket }) => bucket))
  if (buckets.length === 0) return null
  const lowest = buckets.reduce((a, b) => Math.min(a, b))
  const highest = buckets.reduce((a, b) => Math.max(a, b))
  const perRow = rowHeight(lowest, highest)
  const first = Math.floor(lowest / perRow)
  const rows = Math.floor(highest / perRow) - first + 1
  return {
    ...overClock({ ...over, slots }),
    kind: 'heat-map',
    title: `${operation}: all response times`,
    sentence: sentence(slots),
    y: { scale: 'log', label: 'response time', unit: 'ms' },
    edges: Array.from({ length: rows + 1 }, (_, row) =>
      Math.max(rounded(shortestUs((first + row) * perRow) / 1_000), LEAST_MS),
    ),
    cells: columns.flatMap((column, at) => {
      const inRows = new Map<number, number>()
      for (const { bucket, count } of column) {
        const row = Math.floor(bucket / perRow) - first
        inRows.set(row, (inRows.get(row) ?? 0) + count)
      }
      return [...inRows].flatMap(([row, count]) => [at, row, count])
    }),
    bounds,
  }
}

function bucketAt(ms: number): number {
  return sparseBucketOf(Math.round(ms * 1_000))
}

/** Buckets per row: a power of 2, so that rows are as even as buckets are. */
function rowHeight(lowest: number, highest: number): number {
  let height = 1
  while (Math.floor(highest / height) - Math.floor(lowest / height) + 1 > MAX_ROWS) height *= 2
  return height
}

function sentence(slots: ReturnType<typeof slotsOf>): string {
  const all = sumOfSparse(slots.map(({ counts }) => counts))
  const from = bucketAtPercentile(all, 25)?.fromMs ?? 0
  const to = bucketAtPercentile(all, 75)?.toMs ?? 0
  const length = (slots[0]?.to ?? 1) - (slots[0]?.from ?? 0)
  const column = length === 1 ? 'one second' : `${length} s`
  return `Each column is ${column}, and the stronger a cell's colour, the more requests took that long. Of ${counted(totalOfSparse(all), 'request')}, the middle half took ${formatMs(from)} to ${formatMs(to)}.`
}
