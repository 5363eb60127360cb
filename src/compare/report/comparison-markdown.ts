import { formatUtc } from '../../format.ts'
import { markdownTable, markdownText } from '../../report/markdown/markdown.ts'
import type { RunComparison, RunSummary, ScenarioComparison } from '../decision/compare-runs.ts'
import { markedDifferences, notesOn } from './comparison-notes.ts'
import { differenceTexts } from './difference-text.ts'
import { runDifferences } from './run-differences.ts'
import { formatRatio } from '../decision/metric.ts'
import { formatMetric, formatMark } from './format-metric.ts'
import { notJudgedLines } from '../decision/judgement.ts'
import { NOT_COMPARED } from './render-comparison.ts'

/**
 * A comparison as GitHub-flavoured Markdown for a comment: marked differences first, all figures folded
 * below. Names can't become links, mentions, HTML or table cells.
 */
export function comparisonMarkdown(comparison: RunComparison): string {
  const { baseline, candidate, scenarios, onlyInBaseline, onlyInCandidate } = comparison
  const marked = markedDifferences(comparison)
  const parts = [
    '### Load tests: candidate beside baseline',
    `${summary('Baseline', baseline)}<br>\n${summary('Candidate', candidate)}`,
    ...differences(comparison),
    notesOn(comparison)
      .map((note) => `- ${markdownText(note)}`)
      .join('\n'),
    ...(marked.length === 0
      ? []
      : [
          markdownTable(
            ['worth a look', 'operation', 'metric', 'baseline', 'candidate', 'ratio'],
            marked.map(({ scenario, operation, metric }) => [
              markdownText(scenario),
              markdownText(operation),
              metric.metric,
              markdownText(formatMetric(metric.baseline, metric.unit)),
              markdownText(formatMetric(metric.candidate, metric.unit)),
              markdownText(formatRatio(metric)),
            ]),
          ),
        ]),
    ...scenarios.map(details),
    ...onlyInBaseline.map((name) => `- **${markdownText(name)}**: only in the baseline`),
    ...onlyInCandidate.map((name) => `- **${markdownText(name)}**: only in the candidate`),
  ]
  return `${parts.join('\n\n')}\n`
}

function differences(comparison: RunComparison): readonly string[] {
  const { same, differs } = runDifferences(comparison)
  const line = (name: string, texts: readonly string[]): string =>
    `- ${name}: ${markdownText(texts.join('; '))}`
  const lines = [
    ...(same.length === 0 ? [] : [line('The same', same)]),
    ...(differs.length === 0 ? [] : [line('Different', differs)]),
  ]
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function summary(name: string, run: RunSummary): string {
  return `${name}: \`${run.runId}\`, ${formatUtc(run.startedAt)}`
}

function details(scenario: ScenarioComparison): string {
  const { name, standing, unlike, operations, onlyInBaseline, onlyInCandidate } = scenario
  const doubts =
    standing.kind === 'compared'
      ? standing.notes
      : [`${NOT_COMPARED[standing.kind]}: ${standing.why}`]
  const state = standing.kind === 'compared' ? '' : ` (${NOT_COMPARED[standing.kind]})`
  const rows = operations.flatMap((operation) =>
    operation.metrics.map((metric) => [
      markdownText(operation.name),
      metric.metric,
      markdownText(formatMetric(metric.baseline, metric.unit)),
      markdownText(formatMetric(metric.candidate, metric.unit)),
      markdownText(formatRatio(metric)),
      formatMark(metric),
    ]),
  )
  return [
    `<details><summary>${markdownText(name)}${state}</summary>`,
    ...doubts.map(markdownText),
    ...differenceTexts(unlike).map((text) => `Different: ${markdownText(text)}`),
    ...(rows.length === 0
      ? []
      : [markdownTable(['operation', 'metric', 'baseline', 'candidate', 'ratio', ''], rows)]),
    ...operations.flatMap(({ name: operation, generator }) =>
      generator === null ? [] : [markdownText(`${operation}: ${generator}`)],
    ),
    ...notJudgedLines(scenario).map(markdownText),
    ...onlyInBaseline.map((operation) => `${markdownText(operation)}: only in the baseline`),
    ...onlyInCandidate.map((operation) => `${markdownText(operation)}: only in the candidate`),
    '</details>',
  ].join('\n\n')
}
