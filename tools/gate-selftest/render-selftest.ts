import { formatPercent } from '../../src/format.ts'
import { renderTable, type Column } from '../../src/report/terminal/table.ts'
import type { SelftestRow } from './selftest.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'target', align: 'left' },
  { heading: 'case', align: 'left' },
  { heading: 'noise', align: 'right' },
  { heading: 'trials', align: 'right' },
  { heading: 'pass', align: 'right' },
  { heading: 'regression', align: 'right' },
  { heading: 'improvement', align: 'right' },
  { heading: 'inconclusive', align: 'right' },
  { heading: 'is', align: 'left' },
  { heading: 'ratio', align: 'right' },
  { heading: '95 % interval', align: 'right' },
  { heading: 'bound', align: 'right' },
  { heading: 'rounds', align: 'right' },
  { heading: '', align: 'left' },
]

/** One line per case. */
export function renderSelftest(rows: readonly SelftestRow[]): string {
  return renderTable(COLUMNS, rows.map(cellsOf))
}

function cellsOf(row: SelftestRow): readonly string[] {
  const { bound, verdicts, interval } = row
  return [
    row.target,
    row.name,
    row.noise === null ? '–' : formatPercent(row.noise, 0),
    String(row.trials),
    String(verdicts.pass),
    String(verdicts.regression),
    String(verdicts.improvement),
    String(verdicts.inconclusive + verdicts['not comparable']),
    bound.kind,
    formatPercent(row.ratio, 1),
    `${formatPercent(interval.lower, 1)} … ${formatPercent(interval.upper, 1)}`,
    'atLeast' in bound
      ? `≥ ${formatPercent(bound.atLeast, 1)}`
      : `≤ ${formatPercent(bound.atMost, 1)}`,
    row.meanRounds.toFixed(1),
    row.isMet ? 'met' : 'BROKEN',
  ]
}
