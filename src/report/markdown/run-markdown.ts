import { formatCount, formatMs, formatSeconds } from '../../format.ts'
import { worstFirst } from '../../load/slo/slo-row.ts'
import type { EndedRun } from '../junit/run-junit.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { outcomeOf, type ScenarioOutcome } from '../../run-file/outcome.ts'
import { failuresOf } from '../failures.ts'
import { sloCells } from '../slo-cells.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import { shortSystemText } from '../summarise-runs.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/**
 * A run as Markdown for a job's page: its outcome, each SLO bound with its measured figure, failures, and, folded up,
 * the times of each operation.
 */
export function runMarkdown({ run, exitCode, others }: EndedRun): string {
  const { runId, scenarios, system, commit } = run
  const measured = scenarios.filter((scenario) => scenario.state === 'measured')
  const blocks = [
    `### ${ICONS[exitCode]} Load tests: ${ENDS[exitCode]}`,
    `\`${runId}\`, ${markdownText(shortSystemText(system))}${commit === null ? '' : `, commit \`${commit.short}\``}`,
    ...(scenarios.length + others.length === 0 ? ['Nothing was measured.'] : []),
    ...table(['', 'scenario', 'load', 'measurement'], scenarios.map(scenarioCells)),
    ...table(
      ['SLO', 'scenario', 'operation', 'metric', 'bound', 'measured'],
      measured.flatMap(sloRows),
    ),
    ...table(
      ['failures', 'scenario', 'operation', 'count', 'such as'],
      measured.flatMap(failureRows),
    ),
    ...table(
      ['', 'other test', 'why'],
      others.map(({ name, outcome, reason }) => [outcome, ...[name, reason].map(markdownText)]),
    ),
    ...folded(
      'Times of each operation',
      table(
        ['scenario', 'operation', 'requests', 'time', 'P50', 'P95', 'P99', 'P99.9', 'max'],
        measured.flatMap(timeRows),
      ),
    ),
  ]
  return `${blocks.join('\n\n')}\n\n`
}

const ICONS: Readonly<Record<ExitCode, string>> = {
  [EXIT.good]: '✅',
  [EXIT.failed]: '❌',
  [EXIT.broken]: '⛔',
  [EXIT.inconclusive]: '❔',
  [EXIT.notComparable]: '⛔',
}

const ENDS: Readonly<Record<ExitCode, string>> = {
  [EXIT.good]: 'passed',
  [EXIT.failed]: 'failed',
  [EXIT.broken]: 'broken',
  [EXIT.inconclusive]: 'inconclusive',
  [EXIT.notComparable]: 'not comparable',
}

function scenarioCells(scenario: ScenarioEntry): readonly string[] {
  const outcome: ScenarioOutcome = outcomeOf(scenario)
  const name = markdownText(scenario.name)
  if (scenario.state !== 'measured') return [outcome, name, '–', markdownText(scenario.error)]
  const { result, verdict } = scenario
  const reasons = verdict.kind === 'valid' ? [] : verdict.reasons.map(({ message }) => message)
  const load = `${result.arrivals} for ${formatSeconds(result.measuredMs)}`
  return [outcome, name, markdownText(load), markdownText([verdict.kind, ...reasons].join('\n'))]
}

function sloRows({ name, slo }: Measured): readonly (readonly string[])[] {
  return slo.toSorted(worstFirst).map((row) => {
    const { operation, metric, bound, measured } = sloCells(row)
    const outcome = row.outcome === 'met' ? row.outcome : `**${row.outcome}**`
    return [outcome, ...[name, operation, metric, bound, measured].map(markdownText)]
  })
}

function failureRows({ name, result }: Measured): readonly (readonly string[])[] {
  return failuresOf(result).map(({ operation, kind, count, sample }) =>
    [kind, name, operation, formatCount(count), sample].map(markdownText),
  )
}

const FIGURES = ['p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const

function timeRows({ name, result }: Measured): readonly (readonly string[])[] {
  return result.operations.flatMap((operation) =>
    (['response', 'service'] as const).map((time) => [
      markdownText(name),
      markdownText(operation.name),
      formatCount(operation.counts.planned),
      time,
      ...FIGURES.map((figure) => {
        const ms = operation[time].figures[figure]
        return ms === null ? '–' : formatMs(ms)
      }),
    ]),
  )
}

function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return rows.length === 0 ? [] : [markdownTable(headings, rows)]
}

function folded(summary: string, blocks: readonly string[]): readonly string[] {
  return blocks.length === 0
    ? []
    : [`<details><summary>${summary}</summary>`, ...blocks, '</details>']
}
