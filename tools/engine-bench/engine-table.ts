import { formatMs } from '../../src/load/duration.ts'
import { percentileMs } from '../../src/load/recording/histogram.ts'
import type { Technique } from '../../src/load/dispatch/technique.ts'
import { renderTable, type Column } from '../../src/report/render-table.ts'
import type { EngineFigures } from './measure-engine.ts'

/** A line of the table. */
export interface EngineRow extends EngineFigures {
  /** How many generators sent the load. */
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

/** The figures of one target, a row for each technique and rate. */
export function renderEngineTable(rows: readonly EngineRow[]): string {
  return renderTable(
    COLUMNS,
    rows.map(({ technique, generators, ratePerSecond, ...figures }) => [
      technique,
      whole(generators),
      whole(ratePerSecond),
      whole(figures.achievedPerSecond),
      share(figures.started, figures.planned),
      share(figures.ok, figures.planned),
      ...[50, 99, 99.9, 100].map((percentile) =>
        formatMs(percentileMs(figures.lateness, percentile) ?? 0),
      ),
      whole(figures.largestBatch),
      `${(figures.cores * 100).toFixed(0)} %`,
    ]),
  )
}

/** `all` is exact; a percentage is never rounded up to 100. */
function share(count: number, planned: number): string {
  if (count === planned) return 'all'
  return `${(Math.floor((count / planned) * 10_000) / 100).toFixed(2)} %`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
