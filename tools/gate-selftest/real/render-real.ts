import { formatChange, formatMs, formatPercent } from '../../../src/format.ts'
import { renderTable, type Column } from '../../../src/report/terminal/table.ts'
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

/** Verdicts of gates drawn from real processes, one line per case. */
export function renderReal(rows: readonly RealRow[]): string {
  return renderTable(COLUMNS, rows.map(cellsOf))
}

function cellsOf(row: RealRow): readonly string[] {
  const { operation, name, processes, latency, regressions, inconclusive, bound, isMet } = row
  return [
    operation,
    name,
    String(processes),
    ...(latency === null
      ? ['–', '–', '–', '–']
      : [
          formatMs(latency.baselineMs),
          formatChange(latency.change, (size) => formatPercent(size, 1)),
          formatChange(latency.differenceUs, (size) => `${size.toFixed(1)} µs`),
          formatPercent(latency.scatter, 2),
        ]),
    formatPercent(regressions, 1),
    formatPercent(inconclusive, 1),
    bound.kind === 'false alarms'
      ? `≤ ${formatPercent(bound.atMost, 1)}`
      : `≥ ${formatPercent(bound.atLeast, 1)}`,
    isMet ? 'met' : 'BROKEN',
  ]
}
