import { formatUtc } from '../../format.ts'
import { paint } from '../../report/terminal/paint.ts'
import { left, renderTable, right } from '../../report/terminal/table.ts'
import type { OperationComparison } from '../decision/compare-operation.ts'
import type { RunComparison, RunSummary, ScenarioComparison } from '../decision/compare-runs.ts'
import { notesOn } from './comparison-notes.ts'
import { differenceTexts } from './difference-text.ts'
import { runDifferences } from './run-differences.ts'
import { formatMetric, formatMark } from './format-metric.ts'
import { notJudgedLines } from '../decision/judgement.ts'
import { formatRatio, type MetricComparison } from '../decision/metric.ts'

/**
 * Two runs side by side for a terminal; whole lines without a final newline.
 * @param plots below the tables, as `renderPercentilePlot` makes them.
 */
export function renderComparison(comparison: RunComparison, plots: readonly string[]): string {
  const { scenarios, onlyInBaseline, onlyInCandidate } = comparison
  const parts = [
    renderRuns(comparison),
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

/** Which runs these are, what they share, and in what they differ: one line each. */
function renderRuns(comparison: RunComparison): string {
  const { baseline, candidate } = comparison
  const { same, differs } = runDifferences(comparison)
  const run = (summary: RunSummary): string =>
    `${paint('bold', summary.runId)}  ${formatUtc(summary.startedAt)}`
  return [
    `baseline   ${run(baseline)}`,
    `candidate  ${run(candidate)}`,
    ...(same.length === 0 ? [] : [`the same   ${same.join('; ')}`]),
    ...differs.map((text, i) => `${i === 0 ? 'different' : '         '}  ${paint('yellow', text)}`),
  ].join('\n')
}

function renderScenario(scenario: ScenarioComparison): string {
  const { name, standing, unlike, operations, onlyInBaseline, onlyInCandidate } = scenario
  const lines = [
    paint('bold', name),
    ...(standing.kind === 'compared'
      ? standing.notes.map((note) => paint('yellow', `  ${note}`))
      : [`  ${paint('yellow', NOT_COMPARED[standing.kind])}: ${standing.why}`]),
    ...differenceTexts(unlike).map((text) => paint('yellow', `  different: ${text}`)),
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
      left('', { wraps: true }),
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
