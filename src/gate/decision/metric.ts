/** The percentiles that can be gated. */
export type GatePercentile = 50 | 95 | 99 | 99.9

/**
 * What of an operation is compared. Of all of them, more is worse.
 * - `latency`: a percentile, as the ratio of the candidate's to the baseline's;
 * - `errors`: the share of the planned requests that failed, timed out, were dropped or never ended;
 * - `delivery`: the share of the expected receipts that are missing;
 * - `shortfall`: the share of the planned requests that were not started in time.
 *
 * Throughput isn't among them: in open loop it is what was planned, or else a shortfall.
 */
export type Metric =
  | {
      readonly kind: 'latency'
      /** From a request's intended start: until it is done, or until its last receipt. */
      readonly time: 'response' | 'completion'
      readonly percentile: GatePercentile
    }
  | { readonly kind: 'errors' }
  | { readonly kind: 'delivery' }
  | { readonly kind: 'shortfall' }

const PERCENTILES: readonly GatePercentile[] = [50, 95, 99, 99.9]

/** Every metric that can be gated, in the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  ...PERCENTILES.map((percentile) => latency('response', percentile)),
  ...PERCENTILES.map((percentile) => latency('completion', percentile)),
  { kind: 'errors' },
  { kind: 'delivery' },
  { kind: 'shortfall' },
]

/** A metric as people read it, and name it on the command line: `p95`, `completion p99`, `errors`. */
export function labelOf(metric: Metric): string {
  if (metric.kind !== 'latency') return metric.kind
  const percentile = `p${metric.percentile}`
  return metric.time === 'response' ? percentile : `${metric.time} ${percentile}`
}

/** One thing that a gate decides upon. */
export interface Comparison {
  /** Unique in a gate: scenario, operation and metric. */
  readonly id: string
  readonly scenario: string
  readonly operation: string
  readonly metric: Metric
  /** Asked for by name: if it must be refused, the gate doesn't pass. Others are only shown as refused. */
  readonly isAsked: boolean
}

/** A comparison by what is compared. */
export function comparisonOf(
  scenario: string,
  operation: string,
  metric: Metric,
  isAsked: boolean,
): Comparison {
  const id = `${scenario} › ${operation} › ${labelOf(metric)}`
  return { id, scenario, operation, metric, isAsked }
}

/**
 * How many requests (or receipts) a round needs for a metric to be gated: for a percentile, 100
 * beyond it, which leaves the 99th a sampling error of some 2 % (200 for P50, 10,000 for P99); for a
 * share, so many that the smallest change that counts is one of them.
 * @param effect the smallest change that counts; of no matter for a percentile.
 */
export function neededRequests(metric: Metric, effect: number): number {
  if (metric.kind !== 'latency') return Math.ceil(1 / effect)
  return Math.round((100 * BEYOND) / (100 - metric.percentile))
}

const BEYOND = 100

function latency(time: 'response' | 'completion', percentile: GatePercentile): Metric {
  return { kind: 'latency', time, percentile }
}
