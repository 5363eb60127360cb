import { escaped } from '../../printable.ts'
import { paint } from '../../report/terminal/paint.ts'
import { left, renderTable, right } from '../../report/terminal/table.ts'
import { markdownTable, markdownText } from '../../report/markdown/markdown.ts'
import { terminalWidth } from '../../report/terminal/terminal-width.ts'
import { fitLines } from '../../report/terminal/wrap.ts'
import type { GateRow } from './gate-junit.ts'
import type { GateReport } from './gate-report.ts'
import { headline, summaryLines, tablesOf } from './gate-summary.ts'
import type { StageRow, StageTable } from './stage-table.ts'

/** A gate's report for a terminal: lines that fit it, without a final newline. */
export function renderGate(report: GateReport): string {
  const tables = tablesOf(report)
  const blocks = [
    ...tables.flatMap((table) => [tableText(table), indented(table.findings)]),
    indented([...tables.flatMap(({ notes }) => notes), ...summaryLines(report)]),
    paint(['bold', COLOURS[report.verdict]], escaped(headline(report))),
  ]
  return fitLines(blocks.filter((block) => block !== '').join('\n\n'), terminalWidth())
}

function tableText({ headings, names, optional, rows }: StageTable): string {
  const columns = headings.map((heading, i) => {
    const at = optional.indexOf(heading)
    const fitting = { wraps: i < names, ...(at === -1 ? {} : { drop: at + 1 }) }
    return i < names ? left(heading, fitting) : right(heading, fitting)
  })
  const cells = rows.map(({ cells: own, verdict, says }) => [
    ...own.map(escaped),
    paint(COLOURS[verdict], escaped(says)),
  ])
  return cells.length === 0
    ? ''
    : renderTable([...columns, left('verdict', { wraps: true })], cells)
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
