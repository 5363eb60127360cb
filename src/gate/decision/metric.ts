/** The percentiles that can be gated. */
export type GatePercentile = 50 | 95 | 99 | 99.9

/**
 * What is compared. Of all of them, more is worse. Of an operation:
 * - `latency`: a percentile, as the ratio of the candidate's to the baseline's;
 * - `errors`: the share of the planned requests that failed, timed out, were dropped or never ended;
 * - `delivery`: the share of the expected receipts that are missing;
 * - `shortfall`: the share of the planned requests that were not started in time.
 *
 * Of a whole scenario, and always judged:
 * - `validity`: the share of the rounds whose measurement can't be used, because it is invalid or
 *   there is none. Times of such a round are no evidence; that only one version has them is.
 *
 * Throughput isn't among them: in open loop it is what was planned, or else a shortfall.
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

/** A metric of an operation: what can be asked for by name. */
export type OperationMetric = Exclude<Metric, { readonly kind: 'validity' }>

const PERCENTILES: readonly GatePercentile[] = [50, 95, 99, 99.9]

/** Every metric that can be asked for, in the order in which they are shown. */
export const METRICS: readonly OperationMetric[] = [
  ...PERCENTILES.map((percentile) => latency('service', percentile)),
  ...PERCENTILES.map((percentile) => latency('response', percentile)),
  ...PERCENTILES.map((percentile) => latency('completion', percentile)),
  { kind: 'errors' },
  { kind: 'delivery' },
  { kind: 'shortfall' },
]

/**
 * Which metrics are judged where none is asked for by name.
 * - `beside pairs`: pairs of calls judge latency, so rounds judge what only a load shows: errors,
 *   delivery, shortfall, completion P50 and P95, and service P95 with many requests under way;
 * - `alone`: rounds are all there is, so service P50 is among them.
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

/** A metric as people read it: `service p95`, `completion p99`, `errors`. */
export function labelOf(metric: Metric): string {
  return metric.kind === 'latency' ? `${metric.time} p${metric.percentile}` : metric.kind
}

/** One thing that a gate decides upon. */
export interface Comparison {
  /** Unique in a gate: scenario, operation and metric. */
  readonly id: string
  readonly scenario: string
  /** `null`: the metric is of the whole scenario. */
  readonly operation: string | null
  readonly metric: Metric
  /** Asked for by name: if it must be refused, the gate doesn't pass. Others are only shown as refused. */
  readonly isAsked: boolean
}

/** A comparison by what is compared. */
export function comparisonOf(
  scenario: string,
  operation: string,
  metric: OperationMetric,
  isAsked: boolean,
): Comparison {
  const id = `${scenario} › ${operation} › ${labelOf(metric)}`
  return { id, scenario, operation, metric, isAsked }
}

/** Whether a scenario's measurements can be used: a gate always compares that. */
export function validityOf(scenario: string): Comparison {
  const id = `${scenario} › validity`
  return { id, scenario, operation: null, metric: { kind: 'validity' }, isAsked: false }
}

/**
 * How many requests (or receipts) a round needs for a metric to be gated. For a percentile, so many
 * that 100 are beyond it where 5 % count, which leaves the 99th a sampling error of some 2 % (200
 * for P50, 10,000 for P99). That error falls with the root of their number, so where more counts, fewer do:
 * 20 at least. For a share, so many that the smallest change that counts is one of them. A round has
 * one validity.
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
