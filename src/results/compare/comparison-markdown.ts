import { backendsText } from '../summarise-runs.ts'
import type { RunComparison, RunSummary, ScenarioComparison } from './compare-runs.ts'
import { markedDifferences, notesOn } from './comparison-notes.ts'
import { formatFigure, formatMark, formatRatio } from './format-metric.ts'
import { NOT_COMPARED } from './render-comparison.ts'

/**
 * A comparison as GitHub-flavoured Markdown, fit for a comment: what is worth a look first, all
 * figures folded up below. Names can't become links, mentions, HTML or table cells.
 */
export function comparisonMarkdown(comparison: RunComparison): string {
  const { baseline, candidate, unlike, scenarios, onlyInBaseline, onlyInCandidate } = comparison
  const marked = markedDifferences(comparison)
  const parts = [
    '### Load tests: candidate beside baseline',
    `${summary('Baseline', baseline)}<br>\n${summary('Candidate', candidate)}`,
    ...(unlike.length === 0
      ? []
      : [
          table(
            ['unlike', 'baseline', 'candidate'],
            unlike.map(({ field, baseline: a, candidate: b }) => [field, a, b].map(escapeText)),
          ),
        ]),
    notesOn(comparison)
      .map((note) => `- ${escapeText(note)}`)
      .join('\n'),
    ...(marked.length === 0
      ? []
      : [
          table(
            ['worth a look', 'operation', 'metric', 'baseline', 'candidate', 'ratio'],
            marked.map(({ scenario, operation, metric }) => [
              escapeText(scenario),
              escapeText(operation),
              metric.metric,
              escapeText(formatFigure(metric.baseline, metric.unit)),
              escapeText(formatFigure(metric.candidate, metric.unit)),
              escapeText(formatRatio(metric)),
            ]),
          ),
        ]),
    ...scenarios.map(details),
    ...onlyInBaseline.map((name) => `- **${escapeText(name)}**: only in the baseline`),
    ...onlyInCandidate.map((name) => `- **${escapeText(name)}**: only in the candidate`),
  ]
  return `${parts.join('\n\n')}\n`
}

function summary(side: string, { runId, startedAt, backends }: RunSummary): string {
  const when = startedAt.slice(0, 16).replace('T', ' ')
  return `${side}: \`${runId}\`, ${when} UTC, ${escapeText(backendsText(backends))}`
}

function details(scenario: ScenarioComparison): string {
  const { name, standing, operations, onlyInBaseline, onlyInCandidate } = scenario
  const doubts =
    standing.kind === 'compared'
      ? standing.notes
      : [`${NOT_COMPARED[standing.kind]}: ${standing.why}`]
  const state = standing.kind === 'compared' ? '' : ` (${NOT_COMPARED[standing.kind]})`
  const rows = operations.flatMap((operation) =>
    operation.metrics.map((metric) => [
      escapeText(operation.name),
      metric.metric,
      escapeText(formatFigure(metric.baseline, metric.unit)),
      escapeText(formatFigure(metric.candidate, metric.unit)),
      escapeText(formatRatio(metric)),
      formatMark(metric),
    ]),
  )
  return [
    `<details><summary>${escapeText(name)}${state}</summary>`,
    ...doubts.map(escapeText),
    ...(rows.length === 0
      ? []
      : [table(['operation', 'metric', 'baseline', 'candidate', 'ratio', ''], rows)]),
    ...onlyInBaseline.map((operation) => `${escapeText(operation)}: only in the baseline`),
    ...onlyInCandidate.map((operation) => `${escapeText(operation)}: only in the candidate`),
    '</details>',
  ].join('\n\n')
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

/**
 * Text that is nothing but text in Markdown. Entities can't begin any syntax; `://` and `www.` would
 * make links by themselves (GitHub Flavored Markdown, "Autolinks").
 */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[&<>|`*_[\]\\@#~!$]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('://', '&#58;//')
    .replaceAll(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .replaceAll('\n', '<br>')
}
