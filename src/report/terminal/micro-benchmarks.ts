import { formatCount, formatMs, formatPercent } from '../../format.ts'
import { left, renderTable, right } from './table.ts'
import type { MicroBenchmarkEntry } from '../../run-file/run-file.ts'

/** A table of closed-loop benchmarks: how long one call takes while nothing else runs. */
export function renderMicroBenchmarks(entries: readonly MicroBenchmarkEntry[]): string {
  return renderTable(
    COLUMNS,
    entries.map(({ name, latency, throughputPerSecond, relativeMarginOfErrorPercent, samples }) => [
      name,
      formatMs(latency.meanMs),
      formatMs(latency.p50Ms),
      formatMs(latency.p75Ms),
      formatMs(latency.p99Ms),
      formatMs(latency.maxMs),
      formatCount(Math.round(throughputPerSecond)),
      relativeMarginOfErrorPercent === null
        ? '–'
        : formatPercent(relativeMarginOfErrorPercent / 100, 1),
      formatCount(samples),
    ]),
  )
}

const COLUMNS = [
  left('benchmark', { wraps: true }),
  right('mean', { drop: 4 }),
  right('P50'),
  right('P75', { drop: 1 }),
  right('P99'),
  right('max', { drop: 3 }),
  right('calls/s'),
  right('±'),
  right('samples', { drop: 2 }),
]
