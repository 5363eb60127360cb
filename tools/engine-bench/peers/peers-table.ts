import { formatCount, formatMs } from '../../../src/format.ts'
import { markdownText } from '../../../src/report/markdown/markdown.ts'
import { renderTable, type Column } from '../../../src/report/terminal/table.ts'
import type { Deviation } from './judge/deviation.ts'
import { trueTimes, type ResponseTimes } from './judge/truth.ts'
import type { PeerRow } from './measure-peers.ts'

export const PEER_COLUMNS: readonly Column[] = [
  { heading: 'requests/s', align: 'right' },
  { heading: 'generator', align: 'left' },
  ...[
    'deviation P50',
    'P99',
    'max',
    'first second P99',
    'max',
    'never arrived',
    'arrived in the stall',
    'reported P50 / P99 / P99.9',
    'truth',
    'cores',
  ].map((heading): Column => ({ heading, align: 'right' })),
]

const UNKNOWN = '–'

/** Plain columns, for a terminal. */
export function renderPeersTable(rows: readonly PeerRow[]): string {
  return renderTable(PEER_COLUMNS, rows.map(cellsOf))
}

/** A Markdown table. */
export function peersMarkdown(rows: readonly PeerRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(PEER_COLUMNS.map(({ heading }) => heading)),
    line(PEER_COLUMNS.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(cellsOf(row).map(markdownText))),
  ].join('\n')
}

function cellsOf({ contender: { generator }, load, run }: PeerRow): readonly string[] {
  const rate = formatCount(load.ratePerSecond)
  if (run.kind === 'failed') return [rate, `${generator.name}: ${run.reason}`]
  const { judgement, report, cores } = run
  const { due, arrived, arrivedInStall } = judgement
  return [
    rate,
    report.choice === null ? generator.name : `${generator.name} = ${report.choice}`,
    ...deviationCells(judgement.steady),
    ...deviationCells(judgement.firstSecond).slice(1),
    arrived >= due ? 'none' : `${formatCount(due - arrived)} of ${formatCount(due)}`,
    percent(arrivedInStall),
    timesCell(report.times),
    timesCell(trueTimes(load, generator.reportsFromMs(load))),
    cores === null ? UNKNOWN : cores.toFixed(2),
  ]
}

function deviationCells(deviation: Deviation | null): readonly string[] {
  if (deviation === null) return [UNKNOWN, UNKNOWN, UNKNOWN]
  return [deviation.p50Ms, deviation.p99Ms, deviation.maxMs].map(formatDeviation)
}

/** Negative if it was early. */
function formatDeviation(ms: number): string {
  return ms < 0 ? `−${formatMs(-ms)}` : formatMs(ms)
}

function timesCell({ p50Ms, p99Ms, p999Ms }: ResponseTimes): string {
  const cell = (ms: number | null): string => (ms === null ? UNKNOWN : formatMs(ms))
  return [p50Ms, p99Ms, p999Ms].map(cell).join(' / ')
}

/** May count late arrivals from before the stall. Never rounded up to 100 %. */
function percent(ratio: number): string {
  return ratio >= 1 ? 'all' : `${Math.floor(ratio * 100)} %`
}
