import type { CounterResult } from '../metrics/counter.ts'
import type { GaugeResult, GaugeValues } from '../metrics/gauge.ts'
import type { MetricResult } from '../metrics/metric-recorders.ts'
import type { TrendResult } from '../metrics/trend.ts'
import { sumOf } from '../recording/histogram.ts'

/**
 * The metrics of all shards of a load. Counters and trends are sums, without loss; of a gauge, the smallest
 * and the largest value of any shard, and the last one by the clocks of their machines.
 * @param shards that declare the same metrics in the same order.
 */
export function mergeMetrics(
  shards: readonly (readonly MetricResult[])[],
): readonly MetricResult[] {
  const [first = [], ...others] = shards
  return first.map((metric) =>
    others
      .flatMap((shard) => shard.find(({ name }) => name === metric.name) ?? [])
      .reduce(addMetric, metric),
  )
}

function addMetric(a: MetricResult, b: MetricResult): MetricResult {
  if (a.kind === 'counter' && b.kind === 'counter') return addCounter(a, b)
  if (a.kind === 'gauge' && b.kind === 'gauge') return addGauge(a, b)
  if (a.kind === 'trend' && b.kind === 'trend') return addTrend(a, b)
  throw new TypeError(`metric ${a.name}: a ${a.kind} and a ${b.kind} can't be added.`)
}

/** A sum beyond the largest number is capped at it. */
function addCounter(a: CounterResult, b: CounterResult): CounterResult {
  return {
    ...a,
    total: Math.min(a.total + b.total, Number.MAX_VALUE),
    inTime: Math.min(a.inTime + b.inTime, Number.MAX_VALUE),
    invalid: a.invalid + b.invalid,
  }
}

function addGauge(a: GaugeResult, b: GaugeResult): GaugeResult {
  return {
    ...a,
    count: a.count + b.count,
    values: addValues(a.values, b.values),
    invalid: a.invalid + b.invalid,
  }
}

function addValues(a: GaugeValues | null, b: GaugeValues | null): GaugeValues | null {
  if (a === null || b === null) return a ?? b
  const { last, lastAtMs } = b.lastAtMs > a.lastAtMs ? b : a
  return { last, lastAtMs, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

function addTrend(a: TrendResult, b: TrendResult): TrendResult {
  if (a.resolution !== b.resolution) {
    throw new TypeError(`metric ${a.name}: histograms of other steps can't be added.`)
  }
  return {
    ...a,
    histogram: sumOf([a.histogram, b.histogram]),
    clamped: a.clamped + b.clamped,
    invalid: a.invalid + b.invalid,
  }
}
