import { formatCount, formatMs, formatPercent } from '../../format.ts'
import { renderTable } from './text.ts'
import type { MicroBenchmarkEntry } from '../../run-file/run-file.ts'

/** A table of closed-loop benchmarks: how long one call takes when nothing else is asked. */
export function renderMicroBenchmarks(entries: readonly MicroBenchmarkEntry[]): string {
  const columns = ['benchmark', 'mean', 'P50', 'P75', 'P99', 'max', 'calls/s', '±', 'samples']
  return renderTable(
    columns.map((heading, index) => ({ heading, align: index === 0 ? 'left' : 'right' })),
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
