import { formatBytes, formatChange, formatMs, formatPercent } from '../../format.ts'
import type { PairMetric } from '../pairs/pair-metric.ts'

/** A change with its sign: relative, or percentage points of a core for idle CPU. */
export function signed(value: number, metric: PairMetric): string {
  return formatChange(value, (size) =>
    metric === 'idle cpu' ? `${(size * 100).toFixed(1)} pp` : formatPercent(size, 1),
  )
}

/** An amount in the metric's unit. */
export function amount(value: number, metric: PairMetric): string {
  switch (metric) {
    case 'latency':
      return formatMs(value)
    case 'cpu':
    case 'deferred cpu':
      return formatMs(value / 1_000)
    case 'allocated':
      return formatBytes(value)
    case 'idle cpu':
      return formatPercent(value)
  }
}
