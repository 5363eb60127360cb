import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMs, formatPercent } from '../../../format.ts'
import type { MicroBenchmarkEntry } from '../../../run-file/run-file.ts'
import { dataTable } from '../data-table.ts'

/** One table per group of micro-benchmarks; `null` without any. */
export function microBenchmarksSection(entries: readonly MicroBenchmarkEntry[]): VNode | null {
  if (entries.length === 0) return null
  const groups = Map.groupBy(entries, ({ group }) => group)
  return html`<section id="micro-benchmarks" aria-labelledby="micro-benchmarks-heading">
    <h2 id="micro-benchmarks-heading">Micro-benchmarks</h2>
    <p class="note">
      How long one call takes while nothing else runs; not a rate that the system can sustain.
    </p>
    ${[...groups].map(([group, own]) => groupTable(group, own))}
  </section>`
}

function groupTable(caption: string, entries: readonly MicroBenchmarkEntry[]): VNode | null {
  return dataTable({
    caption,
    columns: [
      { heading: 'benchmark' },
      ...['mean', 'P50', 'P75', 'P99', 'max', 'calls/s', '±', 'samples'].map((heading) => ({
        heading,
        isFigure: true,
      })),
    ],
    rows: entries.map(
      ({ name, latency, throughputPerSecond, relativeMarginOfErrorPercent, samples }) => [
        name,
        ...[latency.meanMs, latency.p50Ms, latency.p75Ms, latency.p99Ms, latency.maxMs].map(
          formatMs,
        ),
        formatCount(Math.round(throughputPerSecond)),
        relativeMarginOfErrorPercent === null
          ? '–'
          : formatPercent(relativeMarginOfErrorPercent / 100, 1),
        formatCount(samples),
      ],
    ),
  })
}
