import { counted, formatCount, formatFigure, formatSeconds } from '../../format.ts'
import { intervalsOf, withIntervals } from '../../run-file/json/intervals-json.ts'
import { percentileMs, sumOf } from '../../load/recording/histogram.ts'
import type { SloOutcome, SloRow } from '../../load/slo/slo-row.ts'
import { throughputPerSecond } from '../../load/totals.ts'
import type { Verdict } from '../../load/verdict/verdict.ts'
import { deserializeHistogram } from '../../run-file/json/histogram-json.ts'
import { ownErrors } from '../../run-file/outcome.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { typedCommand } from '../../typed-command.ts'
import { sloCells, type Promises } from '../slo-cells.ts'
import { renderFaults, renderPromises } from './faults.ts'
import { renderGenerator, renderLateness } from './generator.ts'
import { renderNotes } from './notes.ts'
import { renderOperations } from './operations.ts'
import { percentileText, withThinNote } from './percentile-text.ts'
import { paint, type Style } from './paint.ts'
import { renderSlowest } from './slowest.ts'
import { left, renderTable, right } from './table.ts'
import { renderUsers } from './users.ts'

type OperationJson = LoadResultJson['operations'][number]

/** The report of a scenario, below its name: whole lines without a final newline. */
export function renderReport(entry: ScenarioEntry): string {
  if (entry.state === 'unmeasured') {
    const style = entry.testStatus === 'skipped' ? 'yellow' : 'red'
    return `  ${paint(style, 'nothing was measured')}: ${entry.error}`
  }
  if (entry.state === 'lost') {
    const { error } = entry
    const intervals = intervalsOf(entry)
    const seconds = (entry.intervals.seconds.at(-1) ?? -1) + 1
    const ok = intervals.reduce((sum, interval) => sum + interval.ok, 0)
    const kept = `${seconds} s of it were saved, with ${counted(ok, 'request')} ok`
    return `  ${paint('red', 'interrupted')}: ${error}; ${kept}`
  }
  const { result, verdict, slo, bounds } = entry
  const length = formatSeconds(result.measuredMs)
  const warmUp = result.warmUpMs === 0 ? '' : ` after ${result.warmUpMs / 1_000} s of warm-up`
  const judged = [
    `  ${result.arrivals} for ${length}${warmUp}`,
    renderTotals(result),
    result.abortReason === null ? null : paint('red', `  ended early: ${result.abortReason}`),
    renderVerdict(verdict),
    slo.length === 0 && bounds.length > 0 ? SLO_OF_SHARD : null,
    ...ownErrors(entry.error).map((line) => paint('red', `  ${line}`)),
  ]
  const measured = [
    renderOperations(result),
    renderDetails(result),
    renderUsers(result),
    renderNotes(result, bounds),
    renderLateness(result),
    renderGenerator(result),
  ]
  return withThinNote(
    [
      judged,
      [slo.length === 0 ? null : renderSlo(slo, result.operations)],
      [renderFaults(result)],
      measured,
      [renderSlowest(result)],
    ]
      .map((lines) => lines.filter((line) => line !== null).join('\n'))
      .filter((part) => part !== '')
      .join('\n\n'),
  )
}

/** Requests, success ratio, throughput and response times of all operations together. */
function renderTotals(result: LoadResultJson): string {
  const { operations } = result
  const planned = operations.reduce((sum, { counts }) => sum + counts.planned, 0)
  const ok = operations.reduce((sum, { counts }) => sum + counts.ok, 0)
  const response = sumOf(operations.map((operation) => deserializeHistogram(operation.response)))
  const perSecond = throughputPerSecond(withIntervals(result))
  const parts = [
    counted(planned, 'request'),
    `success ${planned === 0 ? '–' : formatFigure(ok / planned, 'ratio')}`,
    `throughput ${perSecond === null ? '–' : formatFigure(perSecond, '1/s')}`,
    ...[50, 95, 99].map(
      (percentile) =>
        `P${percentile} ${percentileText(percentileMs(response, percentile), response.totalCount, percentile)}`,
    ),
  ]
  return `  ${parts.join(', ')}`
}

/** Errors by code, receipts of messages, and what became of promises; `null` without any. */
function renderDetails(result: LoadResultJson): string | null {
  const lines = result.operations.flatMap((operation) => [
    ...renderErrors(operation),
    ...renderDeliveries(operation),
  ])
  lines.push(...renderPromises(result))
  return lines.length === 0 ? null : lines.map((line) => `  ${line}`).join('\n')
}

/** The verdict on the measurement, with its reasons. */
export function renderVerdict(verdict: Verdict): string {
  const style = VERDICT_STYLE[verdict.kind]
  const heading = `  measurement: ${paint(style, verdict.kind)}`
  if (verdict.kind === 'valid') return heading
  return [heading, ...verdict.reasons.map(({ message }) => `    ${message}`)].join('\n')
}

/** The SLO table: each bound beside its measured figure, in the order given; run files have the worst first. */
export function renderSlo(rows: readonly SloRow[], promises: Promises = []): string {
  return renderTable(
    [
      left('SLO'),
      left('operation'),
      left('metric', { wraps: true }),
      right('bound'),
      right('measured'),
      left('', { below: true }),
    ],
    rows.map((row) => {
      const { operation, metric, bound, figure, notes } = sloCells(row, promises)
      const style = SLO_STYLE[row.outcome]
      const outcome = paint(style, row.outcome)
      // A figure that is no good stands out.
      const shown = row.outcome === 'met' ? figure : paint(style, figure)
      const said = notes === '' ? '' : `(${notes})`
      return [outcome, operation, metric, bound, shown, said]
    }),
  )
}

const SLO_OF_SHARD = `  SLO: judged on all shards together, by ${typedCommand('results', 'merge <a.json> <b.json> …')}`

const VERDICT_STYLE: Readonly<Record<Verdict['kind'], Style>> = {
  valid: 'green',
  degraded: 'yellow',
  invalid: 'red',
}

const SLO_STYLE: Readonly<Record<SloOutcome, Style>> = {
  met: 'green',
  missed: 'red',
  inconclusive: 'yellow',
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
  const { expected, received, missing, missingByFailure = 0, duplicates } = deliveries
  const unanswered =
    missingByFailure === 0
      ? ''
      : ` (${formatCount(missingByFailure)} because their request didn't succeed)`
  return [
    `${name} receipts: ${formatCount(received)} of ${formatCount(expected)} expected, ${formatCount(missing)} missing${unanswered}, ${counted(duplicates, 'duplicate')}`,
  ]
}
