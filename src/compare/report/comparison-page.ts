import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { capitalised, formatUtc } from '../../format.ts'
import type { Chart } from '../../report/html/chart.ts'
import { chartGrid } from '../../report/html/chart-figure.ts'
import { dataTable } from '../../report/html/data-table.ts'
import type { Page } from '../../report/html/page.ts'
import { outcomeBadge } from '../../report/html/run/outcome-badge.ts'
import { noteList, verdictPage, type PageSection } from '../../report/html/verdict-page.ts'
import { shortSystemText } from '../../report/summarise-runs.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import type { RunComparison, RunSummary, ScenarioComparison } from '../decision/compare-runs.ts'
import { notJudgedLines } from '../decision/judgement.ts'
import { matchScenarios } from '../decision/match-scenarios.ts'
import { measuredOperation, type BothOperations } from '../decision/measured-operation.ts'
import { formatRatio, type MetricComparison } from '../decision/metric.ts'
import { operationCharts, ratioChart } from './comparison-charts.ts'
import { markedDifferences, notesOn } from './comparison-notes.ts'
import { comparisonAnswer } from './comparison-sentence.ts'
import { differenceTexts } from './difference-text.ts'
import { formatMetric } from './format-metric.ts'
import { NOT_COMPARED } from './render-comparison.ts'
import { commitText, runDifferences } from './run-differences.ts'

/**
 * Two runs side by side as a page: the answer, what differs between the runs, and each operation's figures
 * and times over each other.
 * @param runs the compared runs, with printable texts: see `printableRun`.
 */
export function comparisonPage(
  comparison: RunComparison,
  runs: readonly [baseline: RunFile, candidate: RunFile],
): Page {
  const { baseline, candidate } = comparison
  const title = `${baseline.runId} against ${candidate.runId}`
  return verdictPage({
    title,
    kicker: 'Two runs side by side',
    ...comparisonAnswer(comparison),
    facts: [
      ['Baseline', runText(baseline)],
      ['Candidate', runText(candidate)],
    ],
    sections: [
      runsSection(comparison),
      ...scenarioSections(comparison, runs),
      {
        id: 'notes',
        heading: 'How to read this',
        body: noteList(notesOn(comparison)),
        charts: [],
      },
    ],
    footer: title,
  })
}

function runText(run: RunSummary): VNode {
  return html`${run.runId}<small>${formatUtc(run.startedAt)}, ${shortSystemText(run.system)}</small
    ><small>commit ${commitText(run)}</small>`
}

const FIGURE_COLUMNS = [
  { heading: 'metric' },
  { heading: 'baseline', isFigure: true },
  { heading: 'candidate', isFigure: true },
  { heading: 'ratio', isFigure: true },
]

/** What the runs share, what differs between them, and which figures are worth a look. */
function runsSection(comparison: RunComparison): PageSection {
  const { same, differs } = runDifferences(comparison)
  const marked = markedDifferences(comparison)
  const body = html`${dataTable({
    caption: 'Worth a look, not proven',
    columns: [{ heading: 'operation' }, ...FIGURE_COLUMNS, { heading: 'candidate is' }],
    rows: marked.map(({ scenario, operation, metric }) => [
      html`${operation}<small>${scenario}</small>`,
      metric.metric,
      ...figureCells(metric),
      markCell(metric),
    ]),
  })}
  ${
    differs.length === 0
      ? html`<p>The runs have the same versions and environment: ${same.join('; ')}.</p>`
      : html`<p>The runs differ in:</p>
          ${noteList(differs)}
          ${same.length === 0 ? null : html`<p class="note">The same: ${same.join('; ')}.</p>`}`
  }`
  return { id: 'runs', heading: 'At a glance', body, charts: [] }
}

function figureCells(metric: MetricComparison): readonly string[] {
  const { baseline, candidate, unit } = metric
  return [formatMetric(baseline, unit), formatMetric(candidate, unit), formatRatio(metric)]
}

function markCell({ mark }: MetricComparison): string | VNode {
  switch (mark.kind) {
    case 'worth a look':
      return outcomeBadge('degraded', mark.direction)
    case 'within spread':
      return 'within spread'
    case 'not judged':
      return `not judged: ${mark.why}`
    case 'shown':
      return ''
  }
}

function scenarioSections(
  comparison: RunComparison,
  [baseline, candidate]: readonly [RunFile, RunFile],
): readonly PageSection[] {
  // In the order in which they were compared.
  const { pairs } = matchScenarios(baseline, candidate)
  const lone = (['Baseline', 'Candidate'] as const).flatMap(
    (version, at): readonly PageSection[] => {
      const names = comparison[`onlyIn${version}`]
      const id = `only-${at + 1}`
      const heading = `Only in the ${version.toLowerCase()}`
      return names.length === 0 ? [] : [{ id, heading, body: noteList(names), charts: [] }]
    },
  )
  const compared = comparison.scenarios.map((scenario, at) => {
    const pair = pairs[at]
    const both = pair === undefined ? null : ([pair.baseline, pair.candidate] as const)
    return scenarioSection(scenario, both, `scenario-${at + 1}`)
  })
  return [...compared, ...lone]
}

function scenarioSection(
  scenario: ScenarioComparison,
  both: readonly [ScenarioEntry, ScenarioEntry] | null,
  id: string,
): PageSection {
  const { name, standing, unlike, operations, onlyInBaseline, onlyInCandidate } = scenario
  const doubts =
    standing.kind === 'compared'
      ? standing.notes
      : [`${NOT_COMPARED[standing.kind]}: ${standing.why}`]
  const ratios = ratioChart(id, name, operations)
  const charts: readonly Chart[] = [
    ...operations.flatMap((operation, at) => {
      const measured = both === null ? null : bothOf(both, operation.name)
      return measured === null ? [] : operationCharts(`${id}-${at + 1}`, measured, operation)
    }),
    ...(ratios === null ? [] : [ratios]),
  ]
  const body = html`${doubts.map((doubt) => html`<p class="notice doubtful">${capitalised(doubt)}</p>`)}
  ${differenceTexts(unlike).map((text) => html`<p>The loads differ: ${text}.</p>`)}
  ${operations.map(({ name: operation, metrics }) =>
    dataTable({
      caption: `${operation}: all figures`,
      columns: [...FIGURE_COLUMNS, { heading: 'candidate is' }],
      rows: metrics.map((metric) => [metric.metric, ...figureCells(metric), markCell(metric)]),
    }),
  )}
  ${noteList([
    ...operations.flatMap(({ name: operation, generator }) =>
      generator === null ? [] : [`${operation}: ${generator}`],
    ),
    ...notJudgedLines(scenario),
    ...onlyInBaseline.map((operation) => `${operation}: only in the baseline`),
    ...onlyInCandidate.map((operation) => `${operation}: only in the candidate`),
  ])}
  ${chartGrid(charts)}`
  return { id, heading: name, body, charts }
}

function bothOf(
  [baseline, candidate]: readonly [ScenarioEntry, ScenarioEntry],
  name: string,
): BothOperations | null {
  if (baseline.state !== 'measured' || candidate.state !== 'measured') return null
  const [a, b] = [baseline.result, candidate.result].map((result) => {
    const operation = result.operations.find((one) => one.name === name)
    return operation === undefined ? undefined : measuredOperation(result, operation)
  })
  return a === undefined || b === undefined ? null : [a, b]
}
