import type { HistoryRow } from '../../run-file/history/history-row.ts'

/** A figure that is followed over commits. */
export interface Metric {
  /** The name on the command line. */
  readonly name: string
  readonly label: string
  readonly unit: 'ms' | '1/s' | 'ratio'
  readonly better: 'less' | 'more'
  readonly of: (row: HistoryRow) => number | null
}

/** The kind of time in a row's percentiles: service, or response in rows of older versions. */
export type TimeKind = 'service' | 'response'

/** The kind of time that a row provides. */
export function timeKindOf(row: HistoryRow): TimeKind {
  return row.seriesKey === null ? 'response' : 'service'
}

/** All metrics, in display order. */
export const METRICS: readonly Metric[] = [
  time('p50', 'P50', 'serviceP50Ms', 'p50Ms'),
  time('p95', 'P95', 'serviceP95Ms', 'p95Ms'),
  time('p99', 'P99', 'serviceP99Ms', 'p99Ms'),
  time('p99.9', 'P99.9', 'serviceP999Ms', 'p999Ms'),
  {
    name: 'rate',
    label: 'rate',
    unit: '1/s',
    better: 'more',
    of: (row) => row.throughputPerSecond,
  },
  { name: 'errors', label: 'errors', unit: 'ratio', better: 'less', of: (row) => row.errorRatio },
  {
    name: 'delivery',
    label: 'delivery',
    unit: 'ratio',
    better: 'more',
    of: (row) => row.deliveryRatio,
  },
]

type TimeColumn = Extract<keyof HistoryRow, `${string}Ms`>

function time(name: string, label: string, service: TimeColumn, response: TimeColumn): Metric {
  const of = (row: HistoryRow): number | null =>
    row[timeKindOf(row) === 'service' ? service : response]
  return { name, label, unit: 'ms', better: 'less', of }
}
