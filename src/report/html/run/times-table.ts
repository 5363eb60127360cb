import { withIntervals } from '../../../run-file/json/intervals-json.ts'
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMsOrDash, formatRateOrDash } from '../../../format.ts'
import { achievedPerSecond } from '../../../load/totals.ts'
import type { LoadResultJson } from '../../../run-file/schema/load-result-schema.ts'
import { markedMs, THIN_NOTE } from '../../thin-percentile.ts'
import { dataTable } from '../data-table.ts'

const FIGURES = [
  ['p50Ms', 'P50', 50],
  ['p95Ms', 'P95', 95],
  ['p99Ms', 'P99', 99],
  ['p999Ms', 'P99.9', 99.9],
  ['maxMs', 'max', 100],
] as const

/** The times of each operation by percentile. */
export function timesTable(caption: string, result: LoadResultJson): VNode | null {
  const times =
    result.model.kind === 'closed'
      ? (['response'] as const)
      : (['response', 'service', 'lateness'] as const)
  const rows = result.operations.flatMap((operation) =>
    times.map((time) => [
      html`${operation.name} <span class="muted">${time}</span>`,
      ...FIGURES.map(([figure, , percentile]) =>
        markedMs(operation[time].figures[figure], operation[time].figures.count, percentile),
      ),
    ]),
  )
  const hasThin = rows.some((cells) =>
    cells.some((cell) => typeof cell === 'string' && cell.startsWith('~')),
  )
  return dataTable({
    caption,
    columns: [
      { heading: 'operation' },
      ...FIGURES.map(([, heading]) => ({ heading, isFigure: true })),
    ],
    rows,
    ...(hasThin ? { note: THIN_NOTE } : {}),
  })
}

/** What became of each operation's requests. */
export function countsTable(caption: string, result: LoadResultJson): VNode | null {
  const seconds = result.measuredMs / 1_000
  // Users send when they are answered: no rate is asked for.
  const isAsked = result.model.kind === 'open'
  return dataTable({
    caption,
    columns: [
      { heading: 'operation' },
      ...[
        'planned',
        ...(isAsked ? ['asked'] : []),
        'achieved',
        'ok',
        'failed',
        'timed out',
        'dropped',
        'not started',
        'unfinished',
        'longest without success',
      ].map((heading) => ({ heading, isFigure: true })),
    ],
    rows: result.operations.map(({ name, counts, unavailableMs }) => [
      name,
      formatCount(counts.planned),
      ...(isAsked ? [formatRateOrDash(seconds === 0 ? null : counts.planned / seconds)] : []),
      formatRateOrDash(achievedPerSecond(withIntervals(result), name)),
      ...[
        counts.ok,
        counts.failed,
        counts.timedOut,
        counts.dropped,
        counts.notStarted,
        counts.unfinished,
      ].map(formatCount),
      formatMsOrDash(unavailableMs),
    ]),
  })
}
