import { paint, renderTable } from '../../report/terminal/text.ts'
import { shortSystemText } from '../../report/summarise-runs.ts'
import type { OperationComparison } from '../decision/compare-operation.ts'
import type { RunComparison, RunSummary, ScenarioComparison } from '../decision/compare-runs.ts'
import { notesOn } from './comparison-notes.ts'
import type { FieldDifference } from '../decision/fingerprint-differences.ts'
import { formatMetric, formatMark } from './format-metric.ts'
import { notJudgedLines } from '../decision/judgement.ts'
import { formatRatio, type MetricComparison } from '../decision/metric.ts'

const left = (heading: string) => ({ heading, align: 'left' }) as const
const right = (heading: string) => ({ heading, align: 'right' }) as const

/**
 * Two runs side by side for a terminal; whole lines without a final newline.
 * @param plots below the tables, as `renderPercentilePlot` makes them.
 */
export function renderComparison(comparison: RunComparison, plots: readonly string[]): string {
  const { baseline, candidate, unlike, scenarios, onlyInBaseline, onlyInCandidate } = comparison
  const parts = [
    `${summaryLine('baseline ', baseline)}\n${summaryLine('candidate', candidate)}`,
    ...(unlike.length === 0 ? [] : [renderUnlike(unlike)]),
    ...scenarios.map(renderScenario),
    ...onlyInBaseline.map((name) => `${paint('bold', name)}\n  only in the baseline`),
    ...onlyInCandidate.map((name) => `${paint('bold', name)}\n  only in the candidate`),
    ...plots,
    notesOn(comparison)
      .map((note) => `  ${note}`)
      .join('\n'),
  ]
  return parts.join('\n\n')
}

function summaryLine(name: string, { runId, startedAt, system }: RunSummary): string {
  const when = startedAt.slice(0, 16).replace('T', ' ')
  return `${name}  ${paint('bold', runId)}  ${when} UTC  ${shortSystemText(system)}`
}

function renderScenario(scenario: ScenarioComparison): string {
  const { name, standing, unlike, operations, onlyInBaseline, onlyInCandidate } = scenario
  const lines = [
    paint('bold', name),
    ...(standing.kind === 'compared'
      ? standing.notes.map((note) => paint('yellow', `  ${note}`))
      : [`  ${paint('yellow', NOT_COMPARED[standing.kind])}: ${standing.why}`]),
    ...(unlike.length === 0 ? [] : [renderUnlike(unlike)]),
    ...(operations.length === 0 ? [] : [renderOperations(operations)]),
    ...operations.flatMap(({ name: operation, generator }) =>
      generator === null ? [] : [paint('yellow', `  ${operation}: ${generator}`)],
    ),
    ...notJudgedLines(scenario).map((line) => `  ${line}`),
    ...onlyInBaseline.map((operation) => `  ${operation}: only in the baseline`),
    ...onlyInCandidate.map((operation) => `  ${operation}: only in the candidate`),
  ]
  return lines.join('\n')
}

function renderUnlike(fields: readonly FieldDifference[]): string {
  return renderTable(
    [left('unlike'), left('baseline'), left('candidate')],
    fields.map(({ field, baseline, candidate }) => [paint('yellow', field), baseline, candidate]),
  )
}

/** Labels of scenarios that can't be compared. */
export const NOT_COMPARED = {
  unlike: 'not comparable',
  invalid: 'not to be trusted, not compared',
  unmeasured: 'not measured',
} as const

function renderOperations(operations: readonly OperationComparison[]): string {
  return renderTable(
    [
      left('operation'),
      left('metric'),
      right('baseline'),
      right('candidate'),
      right('ratio'),
      left(''),
    ],
    operations.flatMap(({ name, metrics }) =>
      metrics.map((metric, i) => [i === 0 ? name : '', metric.metric, ...cells(metric)]),
    ),
  )
}

function cells(metric: MetricComparison): readonly string[] {
  const { baseline, candidate, unit } = metric
  const grey = (isThin: boolean, text: string): string => (isThin ? paint('gray', text) : text)
  return [
    grey(baseline.isThin, formatMetric(baseline, unit)),
    grey(candidate.isThin, formatMetric(candidate, unit)),
    grey(baseline.isThin || candidate.isThin, formatRatio(metric)),
    paint('yellow', formatMark(metric)),
  ]
}
