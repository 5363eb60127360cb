import type { HistoryRow } from '../history.ts'

/** A figure whose course over commits is looked at. */
export interface Metric {
  /** As users name it. */
  readonly name: string
  readonly label: string
  readonly unit: 'ms' | '1/s' | 'ratio'
  readonly better: 'less' | 'more'
  readonly of: (row: HistoryRow) => number | null
}

/** All of them, in the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  time('p50', 'P50', (row) => row.p50Ms),
  time('p95', 'P95', (row) => row.p95Ms),
  time('p99', 'P99', (row) => row.p99Ms),
  time('p99.9', 'P99.9', (row) => row.p999Ms),
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

function time(name: string, label: string, of: Metric['of']): Metric {
  return { name, label, unit: 'ms', better: 'less', of }
}
