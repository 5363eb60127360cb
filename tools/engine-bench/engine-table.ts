import { formatCount, formatMs, formatPercent, formatPercentDown } from '../../src/format.ts'
import { percentileMs } from '../../src/load/recording/histogram.ts'
import type { Technique } from '../../src/load/dispatch/technique.ts'
import { renderTable, type Column } from '../../src/report/terminal/table.ts'
import type { EngineFigures } from './measure-engine.ts'

/** A line of the table. */
export interface EngineRow extends EngineFigures {
  /** The number of generators that sent the load. */
  readonly generators: number
  readonly technique: Technique
  readonly ratePerSecond: number
}

const COLUMNS: readonly Column[] = [
  { heading: 'technique', align: 'left' },
  ...[
    'generators',
    'planned/s',
    'achieved/s',
    'started',
    'ok',
    'lateness P50',
    'P99',
    'P99.9',
    'max',
    'largest batch',
    'CPU',
  ].map((heading): Column => ({ heading, align: 'right' })),
]

/** The figures of one target, one row per technique and rate. */
export function renderEngineTable(rows: readonly EngineRow[]): string {
  return renderTable(
    COLUMNS,
    rows.map(({ technique, generators, ratePerSecond, ...figures }) => [
      technique,
      formatCount(generators),
      formatCount(ratePerSecond),
      formatCount(Math.round(figures.achievedPerSecond)),
      ratioOf(figures.started, figures.planned),
      ratioOf(figures.ok, figures.planned),
      ...[50, 99, 99.9, 100].map((percentile) =>
        formatMs(percentileMs(figures.lateness, percentile) ?? 0),
      ),
      formatCount(figures.largestBatch),
      formatPercent(figures.cores, 0),
    ]),
  )
}

/** `all` is exact; a percentage is never rounded up to 100. */
function ratioOf(count: number, planned: number): string {
  if (count === planned) return 'all'
  return formatPercentDown(count / planned)
}
