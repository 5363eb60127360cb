/** The percentiles that can be gated. */
export type GatePercentile = 50 | 90 | 95 | 99 | 99.9

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

/** One thing that a gate decides upon. */
export interface Comparison {
  /** Unique in a gate: what `idOf` gives. */
  readonly id: string
  readonly scenario: string
  readonly operation: string
  readonly metric: Metric
  /** Asked for by name: if it must be refused, the gate doesn't pass. Others are shown as refused only. */
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

/** A metric as people read it, and name it on the command line: `p95`, `completion p99`, `errors`. */
export function labelOf(metric: Metric): string {
  if (metric.kind !== 'latency') return metric.kind
  const percentile = `p${metric.percentile}`
  return metric.time === 'response' ? percentile : `${metric.time} ${percentile}`
}
