import { withIntervals } from '../../run-file/json/intervals-json.ts'
import { formatCount, formatMs, formatRate } from '../../format.ts'
import { achievedPerSecond } from '../../load/totals.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { renderTable, type Column } from './text.ts'

type OperationJson = LoadResultJson['operations'][number]

const COLUMNS: readonly Column[] = [
  { heading: 'operation', align: 'left' },
  ...['count', 'ok', 'errors', 'achieved'].map((heading): Column => ({ heading, align: 'right' })),
  { heading: 'time', align: 'left' },
  ...['P50', 'P95', 'P99', 'P99.9', 'max'].map((heading): Column => ({ heading, align: 'right' })),
]
const FIGURES = ['p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const
/**
 * The response time and its two parts, one per line. In a closed load, the response time is the service time, and
 * lateness is separate.
 */
const TIMES = {
  open: ['response', 'service', 'lateness'],
  closed: ['response', 'lateness'],
} as const

/** Counts, achieved rate and times per operation; one line per time. */
export function renderOperations(result: LoadResultJson): string {
  const rows = result.operations.flatMap((operation) =>
    TIMES[result.model.kind].map((time, line) => [
      ...(line === 0 ? countsOf(result, operation) : ['', '', '', '', '']),
      time,
      ...FIGURES.map((figure) => timeOf(operation[time].figures[figure])),
    ]),
  )
  return renderTable(COLUMNS, rows)
}

function countsOf(result: LoadResultJson, { name, counts }: OperationJson): readonly string[] {
  const perSecond = achievedPerSecond(withIntervals(result), name)
  return [
    name,
    formatCount(counts.planned),
    formatCount(counts.ok),
    formatCount(counts.planned - counts.ok),
    perSecond === null ? '–' : formatRate(perSecond),
  ]
}

function timeOf(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms)
}
