import { counted, formatCount, formatMsOrDash, formatRateOrDash } from '../../format.ts'
import { withIntervals } from '../../run-file/json/intervals-json.ts'
import { achievedPerSecond } from '../../load/totals.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { percentileText } from './percentile-text.ts'
import { left, renderTable, right, tableWidth } from './table.ts'
import { terminalWidth } from './terminal-width.ts'

type OperationJson = LoadResultJson['operations'][number]
type Time = OperationJson['response']

const COUNTS = ['count', 'ok', 'errors', 'achieved'].map((heading) => right(heading))
/** P50, P95 and P99 are what bounds are usually about. */
const FIGURES = [
  right('P50'),
  right('P95'),
  right('P99'),
  right('P99.9', { drop: 1 }),
  right('max'),
]
const WIDE = [left('operation'), ...COUNTS, left('time'), ...FIGURES]
const NARROW = [left('operation'), left('time'), ...FIGURES]

/**
 * Counts, achieved rate and times per operation; one line per time. In a narrow terminal, an operation's counts are
 * below its name.
 */
export function renderOperations(result: LoadResultJson, width = terminalWidth()): string {
  const wide = result.operations.flatMap((operation) => wideRows(result, operation))
  const isWide = tableWidth(WIDE, wide) <= width
  const rows = isWide ? wide : result.operations.flatMap((own) => narrowRows(result, own))
  return renderTable(isWide ? WIDE : NARROW, rows, width)
}

function wideRows(result: LoadResultJson, operation: OperationJson): readonly string[][] {
  const { name, counts } = operation
  const first = [
    name,
    formatCount(counts.planned),
    formatCount(counts.ok),
    formatCount(errorsOf(operation)),
    rateOf(result, name),
  ]
  return timesOf(result, operation).map(([label, time], line) => [
    ...(line === 0 ? first : first.map(() => '')),
    label,
    ...figuresOf(time),
  ])
}

function narrowRows(result: LoadResultJson, operation: OperationJson): readonly string[][] {
  const { name, counts } = operation
  const said = [
    name,
    `  ${counted(counts.planned, 'request')}, ${rateOf(result, name)}`,
    `  ${counted(errorsOf(operation), 'error')}`,
  ]
  const times = timesOf(result, operation)
  return Array.from({ length: Math.max(said.length, times.length) }, (_, line) => {
    const [label, time] = times[line] ?? []
    const figures = time === undefined ? FIGURES.map(() => '') : figuresOf(time)
    return [said[line] ?? '', label ?? '', ...figures]
  })
}

/**
 * The response time and its two parts. In a closed load, the response time is the service time, and lateness is
 * separate. Then, of messages, the times to a receipt and to the last one; senders may not see every receipt.
 */
function timesOf(
  { model }: LoadResultJson,
  { response, service, lateness, deliveries }: OperationJson,
): readonly (readonly [label: string, time: Time])[] {
  const receipts =
    deliveries?.kind === 'counted'
      ? ([
          ['receipt', deliveries.receipt],
          ['last receipt', deliveries.completion],
        ] as const)
      : []
  return [
    ['response', response],
    ...(model.kind === 'open' ? [['service', service] as const] : []),
    ['lateness', lateness],
    ...receipts.filter(([, { figures }]) => figures.count > 0),
  ]
}

/** Everything that was planned and did not succeed. */
function errorsOf({ counts }: OperationJson): number {
  return counts.planned - counts.ok
}

function rateOf(result: LoadResultJson, operation: string): string {
  return formatRateOrDash(achievedPerSecond(withIntervals(result), operation))
}

function figuresOf({ figures }: Time): readonly string[] {
  const { count, p50Ms, p95Ms, p99Ms, p999Ms, maxMs } = figures
  const percentiles = [
    [50, p50Ms],
    [95, p95Ms],
    [99, p99Ms],
    [99.9, p999Ms],
  ] as const
  return [
    ...percentiles.map(([percentile, ms]) => percentileText(ms, count, percentile)),
    formatMsOrDash(maxMs),
  ]
}
