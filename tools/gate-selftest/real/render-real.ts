import { formatMs } from '../../../src/load/duration.ts'
import { renderTable, type Column } from '../../../src/report/render-table.ts'
import type { RealRow } from './judge-samples.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'operation', align: 'left' },
  { heading: 'case', align: 'left' },
  { heading: 'processes', align: 'right' },
  { heading: 'baseline', align: 'right' },
  { heading: 'change', align: 'right' },
  { heading: '', align: 'right' },
  { heading: 'scatter', align: 'right' },
  { heading: 'regression', align: 'right' },
  { heading: 'inconclusive', align: 'right' },
  { heading: 'bound', align: 'right' },
  { heading: '', align: 'left' },
]

/** What gates drawn from real processes say, a line per case. */
export function renderReal(rows: readonly RealRow[]): string {
  return renderTable(COLUMNS, rows.map(cellsOf))
}

function cellsOf(row: RealRow): readonly string[] {
  const { operation, name, processes, latency, regressions, inconclusive, bound, isMet } = row
  const sign = (value: number, text: string) => `${value < 0 ? '−' : '+'}${text}`
  return [
    operation,
    name,
    String(processes),
    ...(latency === null
      ? ['–', '–', '–', '–']
      : [
          formatMs(latency.baselineMs),
          sign(latency.change, percent(Math.abs(latency.change))),
          sign(latency.differenceUs, `${Math.abs(latency.differenceUs).toFixed(1)} µs`),
          percent(latency.scatter, 2),
        ]),
    percent(regressions),
    percent(inconclusive),
    bound.kind === 'false alarms' ? `≤ ${percent(bound.atMost)}` : `≥ ${percent(bound.atLeast)}`,
    isMet ? 'met' : 'BROKEN',
  ]
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}
