import { relative } from 'node:path'
import { capitalised, counted, formatSeconds } from '../../format.ts'
import {
  outcomeOf,
  outcomeWord,
  WORST_OUTCOME_FIRST,
  type ScenarioOutcome,
} from '../../run-file/outcome.ts'
import { printable } from '../../printable.ts'
import { printableRun, redactedRun } from '../../run-file/printable-run.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import type { ResultPaths } from '../../run-file/write/write-run-file.ts'
import { runSentence } from '../run-sentence.ts'
import { paint, type Style } from './paint.ts'
import { left, renderTable } from './table.ts'

const OUTCOME_STYLE: Readonly<Record<ScenarioOutcome, Style>> = {
  passed: 'green',
  failed: 'red',
  inconclusive: 'yellow',
  interrupted: 'yellow',
  skipped: 'yellow',
  broken: 'red',
}

/** A test that is not in the run file, such as a micro-benchmark that broke. */
interface OtherEnd {
  readonly name: string
  readonly outcome: ScenarioOutcome
}

/**
 * How each scenario ended, if there are several, and the whole run in a line: what was missed, whether the figures
 * can be trusted, and how long it took.
 * @param others tests that are not in the run file.
 */
export function renderEnding(unprintable: RunFile, others: readonly OtherEnd[] = []): string {
  const run = printableRun(redactedRun(unprintable))
  const { outcome, text } = runSentence(run)
  const worse = WORST_OUTCOME_FIRST.slice(0, WORST_OUTCOME_FIRST.indexOf(outcome))
    .map((worst) => others.filter((other) => other.outcome === worst))
    .find((ended) => ended.length > 0)
  const end = worse?.[0]?.outcome ?? outcome
  const said = worse === undefined ? text : `${othersText(worse)} ${text}`
  return [
    ...(run.scenarios.length > 1 ? [renderOutcomes(run), ''] : []),
    [paint(OUTCOME_STYLE[end], said), ...lengthOf(run)].join(' '),
  ].join('\n')
}

/** `Broken: enumerate by field, and 2 others.` */
function othersText(others: readonly OtherEnd[]): string {
  const [first] = others
  if (first === undefined) return ''
  const word = capitalised(first.outcome)
  const more = others.length === 1 ? '' : `, and ${counted(others.length - 1, 'other')}`
  return `${word}: ${printable(first.name)}${more}.`
}

/** `4 scenarios in 52 s.` */
function lengthOf({ scenarios, startedAt, finishedAt }: RunFile): readonly string[] {
  if (finishedAt === null) return []
  const tookMs = Math.max(Date.parse(finishedAt) - Date.parse(startedAt), 0)
  const what = scenarios.length === 0 ? 'It took' : `${counted(scenarios.length, 'scenario')} in`
  return [`${what} ${durationText(tookMs)}.`]
}

/** `52 s`, `4 min 5 s`, `2 h 3 min`. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return formatSeconds(ms, 0)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function renderOutcomes(run: RunFile): string {
  const rows = run.scenarios.map((scenario) => [
    paint(OUTCOME_STYLE[outcomeOf(scenario)], outcomeWord(scenario, run)),
    scenario.name,
  ])
  return renderTable([left(''), left('')], rows)
}

const FILES = {
  html: 'report',
  json: 'run file',
  csv: 'CSV',
  intervalsCsv: 'CSV per second',
  sloCsv: 'CSV of SLOs',
  faultsCsv: 'CSV of faults',
  metricsCsv: 'CSV of notes',
  microCsv: 'CSV of benchmarks',
  tracesJson: 'traces',
} as const satisfies Record<keyof ResultPaths | 'html', string>

/** The files of a run, each with what it is: the one to look at comes first. */
export function renderFiles(
  paths: Readonly<Partial<Record<keyof typeof FILES, string>>>,
  folder = process.cwd(),
): string {
  const labels = Object.entries(FILES) as [keyof typeof FILES, string][]
  const width = Math.max(...Object.values(FILES).map((label) => label.length))
  return labels
    .flatMap(([kind, label]) => {
      const path = paths[kind]
      return path === undefined ? [] : [`  ${label.padEnd(width)}  ${relative(folder, path)}`]
    })
    .join('\n')
}
