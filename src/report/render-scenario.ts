import { styleText } from 'node:util'
import { formatCount, formatFigure, formatMs } from '../format.ts'
import { percentileMs, sumOf } from '../load/recording/histogram.ts'
import type { SloOutcome, SloRow } from '../load/slo/slo-row.ts'
import { throughputPerSecond } from '../load/totals.ts'
import type { Verdict } from '../load/verdict/verdict.ts'
import { deserializeHistogram } from '../run-file/json/histogram-json.ts'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'
import { renderTable, type Column } from './render-table.ts'

/** The parts of a scenario's report, each whole lines without a final newline. Colours only where the terminal has them. */
type Style = Parameters<typeof styleText>[0]
type OperationJson = LoadResultJson['operations'][number]

const left = (heading: string): Column => ({ heading, align: 'left' })
const right = (heading: string): Column => ({ heading, align: 'right' })

/** All operations together: how many requests, how many of them succeeded, how fast and how many a second. */
export function renderTotals(result: LoadResultJson): string {
  const { operations } = result
  const planned = operations.reduce((sum, { counts }) => sum + counts.planned, 0)
  const ok = operations.reduce((sum, { counts }) => sum + counts.ok, 0)
  const response = sumOf(operations.map((operation) => deserializeHistogram(operation.response)))
  const perSecond = throughputPerSecond(result)
  const parts = [
    `${formatCount(planned)} requests`,
    `success ${planned === 0 ? '–' : formatFigure(ok / planned, 'ratio')}`,
    `throughput ${perSecond === null ? '–' : formatFigure(perSecond, '1/s')}`,
    ...[50, 95, 99].map(
      (percentile) => `P${percentile} ${time(percentileMs(response, percentile))}`,
    ),
  ]
  return `  ${parts.join(', ')}`
}

/** What went wrong, by code, and what became of messages; `null` where there is nothing to say. */
export function renderDetails(result: LoadResultJson): string | null {
  const lines = result.operations.flatMap((operation) => [
    ...renderErrors(operation),
    ...renderDeliveries(operation),
  ])
  return lines.length === 0 ? null : lines.map((line) => `  ${line}`).join('\n')
}

/** The verdict on the measurement, with its reasons. */
export function renderVerdict(verdict: Verdict): string {
  const style = VERDICT_STYLE[verdict.kind]
  const heading = `  measurement: ${paint(style, verdict.kind)}`
  if (verdict.kind === 'valid') return heading
  return [heading, ...verdict.reasons.map(({ message }) => `    ${message}`)].join('\n')
}

/** The SLO table: bound beside measured, worst first. */
export function renderSlo(rows: readonly SloRow[]): string {
  return renderTable(
    [left('SLO'), left('operation'), left('metric'), right('bound'), right('measured')],
    rows.map((row) => {
      const cells = sloCells(row)
      const outcome = paint(OUTCOME_STYLE[row.outcome], row.outcome)
      return [outcome, cells.operation, cells.metric, cells.bound, cells.measured]
    }),
  )
}

/** A bound beside what was measured, as people read it. */
export interface SloCells {
  readonly operation: string
  readonly metric: string
  /** Such as `< 10 ms`. */
  readonly bound: string
  readonly measured: string
}

/** A row of an SLO, as every report shows it. */
export function sloCells(row: SloRow): SloCells {
  return {
    operation: row.operation,
    metric: metric(row),
    bound: `${COMPARISON[row.comparison]} ${bound(row)}${row.isDefault ? ' (default)' : ''}`,
    measured: measured(row),
  }
}

/** Text in a colour, if standard output shows colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

const VERDICT_STYLE: Readonly<Record<Verdict['kind'], Style>> = {
  valid: 'green',
  degraded: 'yellow',
  invalid: 'red',
}
const OUTCOME_STYLE: Readonly<Record<SloOutcome, Style>> = {
  met: 'green',
  missed: 'red',
  inconclusive: 'yellow',
}
const COMPARISON: Readonly<Record<SloRow['comparison'], string>> = {
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
}

function renderErrors({ name, counts, errors }: OperationJson): string[] {
  const kinds = [
    ...errors.map(({ code, count, sample }) => `${code} ${formatCount(count)} (${sample})`),
    ...(['timedOut', 'dropped', 'notStarted', 'unfinished'] as const).flatMap((kind) =>
      counts[kind] === 0 ? [] : [`${ABSENT[kind]} ${formatCount(counts[kind])}`],
    ),
  ]
  return kinds.length === 0 ? [] : [`${name} errors: ${kinds.join(', ')}`]
}

const ABSENT = {
  timedOut: 'timed out',
  dropped: 'dropped',
  notStarted: 'not started',
  unfinished: 'unfinished',
} as const

function renderDeliveries({ name, deliveries }: OperationJson): string[] {
  if (deliveries === null) return []
  if (deliveries.kind === 'unknown') return [`${name} receipts: unknown, ${deliveries.reason}`]
  const { expected, received, missing, duplicates, receipt, completion } = deliveries
  const times = (label: string, { figures }: typeof receipt): string =>
    `${label} P50 ${time(figures.p50Ms)}, P95 ${time(figures.p95Ms)}, P99 ${time(figures.p99Ms)}, max ${time(figures.maxMs)}`
  // A sender that has receipts, but doesn't see each come, knows of the last ones only.
  const timed = [
    ...(receipt.figures.count === 0 ? [] : [times('receipt', receipt)]),
    ...(completion.figures.count === 0 ? [] : [times('last receipt', completion)]),
  ]
  return [
    `${name} receipts: ${formatCount(received)} of ${formatCount(expected)} expected, ${formatCount(missing)} missing, ${formatCount(duplicates)} duplicates`,
    ...(timed.length === 0 ? [] : [`${name} ${timed.join('; ')}`]),
  ]
}

function metric({ metric: name, windows }: SloRow): string {
  return windows === null ? name : `${name} every ${windows.everyMs / 1_000} s`
}

/** With where the worst window began, and with what an inconclusive figure would have been. */
function measured(row: SloRow): string {
  if (row.measured === null) return row.outcome === 'missed' ? 'no answer' : 'nothing measured'
  const notes: string[] = []
  if (row.outcome === 'inconclusive' && row.punctual !== null) {
    notes.push(`${formatFigure(row.punctual, row.unit)} without the generator's delays`)
  }
  if (row.windows !== null && row.windows.worstFromMs !== null) {
    const { judged, missed, inconclusive, worstFromMs } = row.windows
    notes.push(`from ${worstFromMs / 1_000} s`)
    if (missed > 0) notes.push(`${missed} of ${judged} missed`)
    if (inconclusive > 0) notes.push(`${inconclusive} of ${judged} inconclusive`)
  }
  const value = formatFigure(row.measured, row.unit)
  return notes.length === 0 ? value : `${value} (${notes.join(', ')})`
}

/** As it was written: a bound of 10 ms isn't 10.0 ms. */
function bound(row: SloRow): string {
  return row.unit === 'ms' && Number.isInteger(row.bound) && row.bound < 1_000
    ? `${row.bound} ms`
    : formatFigure(row.bound, row.unit)
}

function time(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms)
}
