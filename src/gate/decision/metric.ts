/** The percentiles that a gate can judge. */
export type GatePercentile = 50 | 95 | 99 | 99.9

/**
 * A metric that versions are compared by. More is always worse. Per operation:
 * - `latency`: a percentile, as the ratio candidate / baseline;
 * - `errors`: the ratio of planned requests that failed, timed out, were dropped or are unfinished;
 * - `delivery`: the ratio of expected receipts that are missing;
 * - `shortfall`: the ratio of planned requests that were not started in time.
 *
 * Per scenario, and always judged:
 * - `validity`: the ratio of rounds without a usable measurement, because it is invalid or missing. Times of
 *   such a round are not evidence, but it is evidence if only one version has such rounds.
 *
 * There is no throughput: in an open loop it equals the plan, or else there is a shortfall.
 */
export type Metric =
  | {
      readonly kind: 'latency'
      /**
       * `service`: actual start to done; `response`: intended start to done, the generator's
       * lateness included; `completion`: intended start to the last receipt.
       */
      readonly time: 'service' | 'response' | 'completion'
      readonly percentile: GatePercentile
    }
  | { readonly kind: 'errors' }
  | { readonly kind: 'delivery' }
  | { readonly kind: 'shortfall' }
  | { readonly kind: 'validity' }

/** A metric of an operation, which users can request by name. */
export type OperationMetric = Exclude<Metric, { readonly kind: 'validity' }>

const PERCENTILES: readonly GatePercentile[] = [50, 95, 99, 99.9]

/** Every metric that can be requested, in display order. */
export const METRICS: readonly OperationMetric[] = [
  ...PERCENTILES.map((percentile) => latency('service', percentile)),
  ...PERCENTILES.map((percentile) => latency('response', percentile)),
  ...PERCENTILES.map((percentile) => latency('completion', percentile)),
  { kind: 'errors' },
  { kind: 'delivery' },
  { kind: 'shortfall' },
]

/**
 * The metrics to judge if none is requested by name.
 * - `beside pairs`: pairs of calls judge latency, so rounds judge what only appears under load: errors,
 *   delivery, shortfall, completion P50 and P95, and service P95 with many requests in flight;
 * - `alone`: rounds are the only evidence, so service P50 is included.
 */
export type DefaultMetrics = 'beside pairs' | 'alone'

/** The metrics of a default. */
export function defaultMetrics(name: DefaultMetrics): readonly OperationMetric[] {
  return [
    ...(name === 'alone' ? [latency('service', 50)] : []),
    latency('service', 95),
    latency('completion', 50),
    latency('completion', 95),
    { kind: 'errors' },
    { kind: 'delivery' },
    { kind: 'shortfall' },
  ]
}

/** A metric's label: `service p95`, `completion p99`, `errors`. */
export function labelOf(metric: Metric): string {
  return metric.kind === 'latency' ? `${metric.time} p${metric.percentile}` : metric.kind
}

/** One comparison that a gate decides. */
export interface Comparison {
  /** Unique in a gate: scenario, operation and metric. */
  readonly id: string
  readonly scenario: string
  /** `null`: the metric is of the whole scenario. */
  readonly operation: string | null
  readonly metric: Metric
  /** Requested by name: if it is refused, the gate doesn't pass. */
  readonly isAsked: boolean
}

/** The comparison of an operation's metric. */
export function comparisonOf(
  scenario: string,
  operation: string,
  metric: OperationMetric,
  isAsked: boolean,
): Comparison {
  const id = `${scenario} › ${operation} › ${labelOf(metric)}`
  return { id, scenario, operation, metric, isAsked }
}

/** The comparison of a scenario's validity, which every gate makes. */
export function validityOf(scenario: string): Comparison {
  const id = `${scenario} › validity`
  return { id, scenario, operation: null, metric: { kind: 'validity' }, isAsked: false }
}

/**
 * The number of requests (or receipts) that a round needs for a metric to be judged. For a percentile with
 * an effect of 5 %, 100 must be beyond it (200 for P50, 10,000 for P99), which leaves a sampling error of
 * about 2 % for P99. That error falls with the square root of their number, so larger effects need fewer, but
 * at least 20. For a ratio, the smallest change that counts must be at least one request. A round has one
 * validity.
 * @param effect the smallest change that counts.
 */
export function neededRequests(metric: Metric, effect: number): number {
  if (metric.kind === 'validity') return 1
  if (metric.kind !== 'latency') return Math.ceil(1 / effect)
  const beyond = Math.max(MAX_BEYOND * Math.min((USUAL_EFFECT / effect) ** 2, 1), MIN_BEYOND)
  return Math.round((100 * beyond) / (100 - metric.percentile))
}

const USUAL_EFFECT = 0.05
const MAX_BEYOND = 100
const MIN_BEYOND = 20

type Latency = Extract<Metric, { kind: 'latency' }>

function latency(time: Latency['time'], percentile: GatePercentile): Latency {
  return { kind: 'latency', time, percentile }
}
