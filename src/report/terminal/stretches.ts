import { formatCount, formatMs } from '../../format.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { medianOf } from '../../stats/quantile.ts'
import { left, renderTable, right, tableWidth } from './table.ts'
import { terminalWidth } from './terminal-width.ts'

/**
 * How a load's figures changed over time, one line per stretch. Per operation: the requests that succeeded until the
 * end of the stretch, and the medians of the P50 and P95 of its seconds. The last stretch includes the remainder of
 * the load, and requests that ended after it.
 * @param measuredMs how long requests were started.
 * @param everySeconds the length of a stretch, a whole number ≥ 1.
 */
export function renderStretches(
  intervals: readonly IntervalFigures[],
  measuredMs: number,
  everySeconds: number,
  width = terminalWidth(),
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
        medianTime(times.map(({ p50Ms }) => p50Ms)),
        medianTime(times.map(({ p95Ms }) => p95Ms)),
      ]
    }),
  )
  const from = (stretch: number): string => formatCount(stretch * everySeconds)
  const wide = figures.map((own, stretch) => [from(stretch), ...own.flat()])
  const columns = [
    right('from second'),
    ...operations.flatMap((name) => [right(`${name} so far`), right('P50'), right('P95')]),
  ]
  if (tableWidth(columns, wide) <= width) return renderTable(columns, wide, width)
  // In a narrow terminal, operations are below each other.
  const narrow = figures.flatMap((own, stretch) =>
    own.map((cells, at) => [at === 0 ? from(stretch) : '', operations[at] ?? '', ...cells]),
  )
  return renderTable(NARROW, narrow, width)
}

const NARROW = [
  right('from second'),
  left('operation'),
  right('so far'),
  right('P50'),
  right('P95'),
]

function medianTime(ms: readonly number[]): string {
  return ms.length === 0 ? '–' : formatMs(medianOf(ms))
}
