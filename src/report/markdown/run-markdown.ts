import { EXIT, type ExitCode } from '../../exit-code.ts'
import {
  counted,
  formatCount,
  formatMs,
  formatMsOrDash,
  formatSeconds,
  formatUtc,
} from '../../format.ts'
import { worstFirst, type SloRow } from '../../load/slo/slo-row.ts'
import { countedDeliveries } from '../../load/totals.ts'
import { exitCodeOf, outcomeWord } from '../../run-file/outcome.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import { endSentence } from '../end-sentence.ts'
import { faultCells, isBroken, isInjected, lostNames } from '../fault-cells.ts'
import { failuresOf } from '../failures.ts'
import type { EndedRun } from '../junit/run-junit.ts'
import { sloCells } from '../slo-cells.ts'
import { largestPartSentence, partsText } from '../slowest/part-name.ts'
import { missingHandlersSentence } from '../slowest/traces-sentence.ts'
import { markedMs, THIN_NOTE } from '../thin-percentile.ts'
import { shortSystemText } from '../summarise-runs.ts'
import { p95Course, rateCourse } from './course.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { capacityRows, microBenchmarkRows } from './other-measurements.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/**
 * A run as Markdown for a job's page, a pull request or a release: a sentence, one row per scenario with sparklines,
 * each SLO bound with its measured figure, failures, and, folded up, all other figures.
 */
export function runMarkdown(ended: EndedRun): string {
  const { run, exitCode, others } = ended
  const { runId, scenarios, system, commit, profile, startedAt } = run
  const measured = scenarios.filter((scenario) => scenario.state === 'measured')
  const facts = [
    `\`${runId}\``,
    markdownText(shortSystemText(system)),
    ...(commit === null
      ? []
      : [`commit \`${commit.short}\`${commit.isDirty ? ' and changes' : ''}`]),
    `profile ${markdownText(profile)}`,
    formatUtc(startedAt),
  ]
  const rows = measured
    .flatMap((scenario) => scenario.slo.map((row) => ({ scenario, row })))
    .toSorted((a, b) => worstFirst(a.row, b.row))
  const isShort = rows.length <= MAX_ROWS
  const shown = rows.filter(({ row }) => isShort || row.outcome !== 'met')
  const met = rows.filter(({ row }) => !isShort && row.outcome === 'met')
  const faults = measured.flatMap(faultRows)
  const blocks = [
    `### ${ICONS[exitCode]} ${markdownText(endSentence(ended))}`,
    facts.join(', '),
    ...table(
      ['', 'scenario', 'load', 'achieved', 'response P95', 'measurement'],
      scenarios.map((scenario) => scenarioCells(scenario, run)),
    ),
    ...table(REASON_HEADINGS, reasonRows(measured, 'invalid')),
    ...table(['capacity of', 'capacity', 'probes'], run.capacities.map(capacityRows)),
    ...table(SLO_HEADINGS, shown.map(sloRow)),
    ...table(FAULT_HEADINGS, faults.slice(0, MAX_FAULTS)),
    ...table(
      ['promises', 'scenario', 'operation', 'promised', 'lost', 'duplicates', 'lost ones'],
      measured.flatMap(promiseRows),
    ),
    ...table(
      ['failures', 'scenario', 'operation', 'count', 'such as'],
      measured.flatMap(failureRows),
    ),
    ...table(
      ['', 'other test', 'why'],
      others.map(({ name, outcome, reason }) => [outcome, ...[name, reason].map(markdownText)]),
    ),
    ...folded(`${counted(met.length, 'SLO')} met`, table(SLO_HEADINGS, met.map(sloRow))),
    ...folded(
      counted(Math.max(faults.length - MAX_FAULTS, 0), 'more fault'),
      table(FAULT_HEADINGS, faults.slice(MAX_FAULTS)),
    ),
    ...folded(
      'Why measurements are degraded',
      table(REASON_HEADINGS, reasonRows(measured, 'degraded')),
    ),
    ...folded('Times of each operation', [
      ...table(
        [
          'scenario',
          'operation',
          'requests',
          'time',
          'P50',
          'P95',
          'P99',
          'P99.9',
          'max',
          'longest without success',
        ],
        measured.flatMap(timeRows),
      ),
      ...table(
        [
          'scenario',
          'operation',
          'receipts',
          'expected',
          'missing',
          'of these, request not ok',
          'duplicates',
          'completion P95',
        ],
        measured.flatMap(receiptRows),
      ),
      ...(measured.length === 0 ? [] : [markdownText(THIN_NOTE)]),
    ]),
    ...folded('Slowest requests', [
      ...table(
        ['scenario', 'operation', 'response', 'end', 'where its time went', 'trace'],
        measured.flatMap(slowestRows),
      ),
      ...measured.flatMap(slowestSentences),
    ]),
    ...folded(
      'Micro-benchmarks',
      table(
        ['benchmark', 'mean', 'P50', 'P99', 'calls/s', 'samples'],
        run.microBenchmarks.map(microBenchmarkRows),
      ),
    ),
  ]
  return `${blocks.join('\n\n')}\n\n`
}

/** A run as Markdown, from its file alone. */
export function storedRunMarkdown(run: RunFile): string {
  return runMarkdown({ run, exitCode: storedExitCode(run), path: null, others: [] })
}

function storedExitCode(run: RunFile): ExitCode {
  const { capacities, scenarios, microBenchmarks } = run
  if (capacities.length === 0 || scenarios.length + microBenchmarks.length > 0)
    return exitCodeOf(run)
  const isFound = capacities.every(({ bracket }) => bracket.passed !== null)
  return isFound ? EXIT.good : EXIT.inconclusive
}

/** With more SLOs than this, those met are folded up. */
const MAX_ROWS = 12

/** Further faults are folded up. */
const MAX_FAULTS = 12

const FAULT_HEADINGS = [
  'fault',
  'scenario',
  'state',
  'at',
  'lasted',
  'requests not ok',
  'no success for',
  'failing for',
]

const REASON_HEADINGS = ['measurement', 'scenario', 'why']

const SLO_HEADINGS = ['SLO', 'scenario', 'operation', 'metric', 'bound', 'measured']

const ICONS: Readonly<Record<ExitCode, string>> = {
  [EXIT.good]: '✅',
  [EXIT.failed]: '❌',
  [EXIT.broken]: '⛔',
  [EXIT.inconclusive]: '❔',
  [EXIT.notComparable]: '⛔',
}

function scenarioCells(scenario: ScenarioEntry, run: RunFile): readonly string[] {
  const outcome = outcomeWord(scenario, run)
  const name = markdownText(scenario.name)
  if (scenario.state !== 'measured') {
    return [outcome, name, '–', '–', '–', markdownText(scenario.error)]
  }
  const { result, verdict } = scenario
  const aborted = result.abortReason === null ? [] : [`ended early: ${result.abortReason}`]
  return [
    outcome,
    name,
    ...[
      `${result.arrivals} for ${formatSeconds(result.measuredMs)}`,
      rateCourse(result),
      p95Course(result),
      [verdict.kind, ...aborted].join('\n'),
    ].map(markdownText),
  ]
}

function sloRow({
  scenario,
  row,
}: {
  readonly scenario: Measured
  readonly row: SloRow
}): readonly string[] {
  const { operation, metric, bound, measured } = sloCells(row, scenario.result.operations)
  const outcome = row.outcome === 'met' ? row.outcome : `**${row.outcome}**`
  return [outcome, ...[scenario.name, operation, metric, bound, measured].map(markdownText)]
}

/** The reasons of all verdicts of one kind. */
function reasonRows(
  measured: readonly Measured[],
  kind: 'degraded' | 'invalid',
): readonly (readonly string[])[] {
  return measured.flatMap(({ name, verdict }) =>
    verdict.kind === kind
      ? verdict.reasons.map(({ message }) => [kind, ...[name, message].map(markdownText)])
      : [],
  )
}

function faultRows({ name, result }: Measured): readonly (readonly string[])[] {
  return faultCells(result).map((cell) => {
    const what = cell.what === '' ? '' : ` (${cell.what})`
    const state = isInjected(cell) ? cell.state : `**${cell.state}**`
    return [
      markdownText(`${cell.fault}${what}`),
      markdownText(name),
      state,
      cell.at,
      cell.lasted,
      cell.notOk,
      cell.withoutSuccess,
      cell.failingFor,
    ]
  })
}

function promiseRows({ name, result }: Measured): readonly (readonly string[])[] {
  return result.operations.flatMap(({ name: operation, losses }) => {
    if (losses === null) return []
    const place = [name, operation].map(markdownText)
    if (losses.kind === 'unknown') {
      return [['**unknown**', ...place, '–', '–', '–', markdownText(losses.reason)]]
    }
    const { of, promised, lost, duplicates } = losses
    return [
      [
        isBroken(losses) ? '**broken**' : 'kept',
        ...place,
        `${formatCount(promised)} ${of}`,
        formatCount(lost),
        duplicates === null ? '–' : formatCount(duplicates),
        markdownText(lostNames(losses) || '–'),
      ],
    ]
  })
}

function failureRows({ name, result }: Measured): readonly (readonly string[])[] {
  return failuresOf(result).map(({ operation, kind, count, sample }) =>
    [kind, name, operation, formatCount(count), sample].map(markdownText),
  )
}

/** The most rows of one operation. */
const MAX_SLOWEST_ROWS = 3

function slowestRows({ name, result }: Measured): readonly (readonly string[])[] {
  return result.operations.flatMap(({ name: operation, slowest = [] }) =>
    slowest
      .slice(0, MAX_SLOWEST_ROWS)
      .map(({ responseMs, ending, parts, traceId }) =>
        [name, operation, formatMs(responseMs), ending, partsText(parts), traceId].map(
          markdownText,
        ),
      ),
  )
}

function slowestSentences({ name, result }: Measured): readonly string[] {
  return result.operations.flatMap(({ name: operation, slowest = [] }) =>
    [largestPartSentence(slowest), missingHandlersSentence(slowest)].flatMap((sentence) =>
      sentence === null ? [] : [markdownText(`${name}, ${operation}: ${sentence}`)],
    ),
  )
}

const FIGURES = [
  ['p50Ms', 50],
  ['p95Ms', 95],
  ['p99Ms', 99],
  ['p999Ms', 99.9],
  ['maxMs', 100],
] as const

function timeRows({ name, result }: Measured): readonly (readonly string[])[] {
  return result.operations.flatMap((operation) =>
    (['response', 'service'] as const).map((time) => [
      markdownText(name),
      markdownText(operation.name),
      formatCount(operation.counts.planned),
      time,
      ...FIGURES.map(([figure, percentile]) =>
        timeText(operation[time].figures, figure, percentile),
      ),
      time === 'response' ? formatMsOrDash(operation.unavailableMs) : '',
    ]),
  )
}

function receiptRows({ name, result }: Measured): readonly (readonly string[])[] {
  return result.operations.flatMap((operation) => {
    const deliveries = countedDeliveries(operation.deliveries)
    if (deliveries === null) return []
    const { received, expected, missing, missingByFailure, duplicates, completion } = deliveries
    return [
      [
        markdownText(name),
        markdownText(operation.name),
        ...[received, expected, missing, missingByFailure, duplicates].map((figure) =>
          figure === undefined ? '–' : formatCount(figure),
        ),
        timeText(completion.figures, 'p95Ms', 95),
      ],
    ]
  })
}

type Figures = Measured['result']['operations'][number]['response']['figures']

function timeText(figures: Figures, name: (typeof FIGURES)[number][0], percentile: number): string {
  return markdownText(markedMs(figures[name], figures.count, percentile))
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
