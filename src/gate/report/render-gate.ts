import { escaped } from '../../printable.ts'
import { paint, renderTable } from '../../report/terminal/text.ts'
import { markdownTable, markdownText } from '../../report/markdown/markdown.ts'
import type { GateRow } from './gate-junit.ts'
import { STAGES } from '../gate-options.ts'
import { isEqual } from '../versions/sameness.ts'
import { countsTable, driftTable, pairsTable } from './calls-tables.ts'
import { clock } from './figures.ts'
import type { GateReport } from './gate-report.ts'
import { roundsTable } from './rounds-table.ts'
import type { StageRow, StageTable } from './stage-table.ts'

/** A gate's report for a terminal: whole lines without a final newline. */
export function renderGate(report: GateReport): string {
  const tables = tablesOf(report)
  const blocks = [
    ...tables.flatMap((table) => [tableText(table), indented(table.findings)]),
    indented([...tables.flatMap(({ notes }) => notes), ...summaryLines(report)]),
    paint('bold', escaped(headline(report))),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function tableText({ headings, names, rows }: StageTable): string {
  const columns = [...headings, 'verdict'].map((heading, i) => ({
    heading,
    align: i >= names && i < headings.length ? ('right' as const) : ('left' as const),
  }))
  const cells = rows.map(({ cells: own, verdict, says }) => [
    ...own.map(escaped),
    paint(COLOURS[verdict], escaped(says)),
  ])
  return cells.length === 0 ? '' : renderTable(columns, cells)
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${escaped(line)}`).join('\n')
}

/** The report as Markdown, for a pull request's comment or a job's summary. */
export function renderGateMarkdown(report: GateReport): string {
  const tables = tablesOf(report)
  const lines = [
    `### ${ICONS[report.verdict]} Performance gate: ${markdownText(headline(report))}`,
    '',
    ...tables.flatMap((table) => [
      ...tableMarkdown(table),
      ...table.findings.map((line) => `- ${markdownText(line)}\n`),
    ]),
    '<details><summary>How this was measured</summary>',
    '',
    ...[...tables.flatMap(({ notes }) => notes), ...summaryLines(report)].map(
      (line) => `- ${markdownText(line)}`,
    ),
    '',
    '</details>',
    '',
  ]
  return lines.join('\n')
}

/** Folds the rows that pass, because readers look for the others. */
function tableMarkdown({ stage, headings, rows }: StageTable): readonly string[] {
  const markdown = (some: readonly StageRow[]) =>
    markdownTable(
      [...headings, 'verdict'],
      some.map(({ cells, verdict, says }) => {
        const text = markdownText(says)
        return [...cells.map(markdownText), verdict === 'pass' ? text : `**${text}**`]
      }),
    )
  const passed = rows.filter(({ verdict }) => verdict === 'pass')
  const others = rows.filter(({ verdict }) => verdict !== 'pass')
  return [
    ...(others.length === 0 ? [] : [`**${stage}**`, '', markdown(others), '']),
    ...(passed.length === 0
      ? []
      : [
          `<details><summary>${stage}: ${passed.length} passed</summary>`,
          '',
          markdown(passed),
          '',
          '</details>',
          '',
        ]),
  ]
}

/** The report as rows of JUnit. */
export function gateRows(report: GateReport): readonly GateRow[] {
  const tables = tablesOf(report)
  if (tables.length === 0 && report.verdict === 'pass') {
    // A file without test cases would look as if the gate hadn't run.
    return [{ group: 'gate', name: 'equal versions', verdict: 'pass', detail: headline(report) }]
  }
  return tables.flatMap(({ stage, headings, names, rows }) =>
    rows.map(({ cells, verdict, says }) => ({
      group: stage,
      name: cells.slice(0, names).join(' '),
      verdict: verdict === 'changed' ? 'pass' : verdict,
      detail: [
        says,
        ...cells.slice(names).map((cell, i) => `${headings[names + i] ?? ''} ${cell}`.trim()),
      ].join(', '),
    })),
  )
}

function tablesOf({ stages }: GateReport): readonly StageTable[] {
  const { counts, pairs, drift, rounds } = stages
  return [
    counts.kind === 'skipped' ? null : countsTable(counts),
    pairs.kind === 'skipped' ? null : pairsTable(pairs),
    drift.kind === 'skipped' ? null : driftTable(drift),
    rounds.kind === 'skipped' ? null : roundsTable(rounds),
  ].filter((table) => table !== null)
}

const ICONS = {
  pass: '✅',
  regression: '❌',
  improvement: '🚀',
  inconclusive: '❔',
  'not comparable': '⛔',
} as const satisfies Record<GateReport['verdict'], string>

const COLOURS = {
  pass: 'green',
  changed: 'yellow',
  improvement: 'green',
  regression: 'red',
  inconclusive: 'yellow',
  refused: 'yellow',
  'not comparable': 'yellow',
} as const satisfies Record<StageRow['verdict'], string>

function headline({ verdict, status, stages, sameness, baseline, candidate }: GateReport): string {
  const of = `${candidate.version} against ${baseline.version}`
  const isMeasured = Object.values(stages).some(({ kind }) => kind !== 'skipped')
  if (status === 'interrupted' && verdict !== 'regression') {
    return `interrupted: ${of} is undecided`
  }
  if (isMeasured) return `${verdict}: ${of}`
  return isEqual(sameness)
    ? `${verdict}: ${of}, without measuring: they are equal`
    : `${verdict}: ${of}, because nothing was measured`
}

function summaryLines(report: GateReport): readonly string[] {
  const { stages, sameness, subject, environment, elapsedMs, runs } = report
  const equal = `${subject.join(', ')}, its packages and Node are the same in both`
  const skipped = STAGES.flatMap((name) => {
    const stage = stages[name]
    return stage.kind === 'skipped' ? [`${name}: skipped, ${stage.why}`] : []
  })
  const isMeasured = skipped.length < STAGES.length
  if (isEqual(sameness) && !isMeasured) return [`${equal}; --measure-equal measures them anyway`]
  return [
    ...skipped,
    ...(isEqual(sameness) ? [`${equal}: this is A against A`] : []),
    `${clock(elapsedMs)} min on ${environment}; percentages apply to that machine`,
    `report and run files: ${runs}`,
  ]
}
