import { achievedPerSecond, countedDeliveries } from '../../load/totals.ts'
import type { LoadResultJson } from '../load-result-schema.ts'
import { markOccurrences, markProportion, type Mark, type Occurrences } from './mark.ts'

type OperationJson = LoadResultJson['operations'][number]
type Interval = LoadResultJson['intervals'][number]

/** What is compared of an operation, in the order in which it is shown. */
export const METRICS = ['P50', 'P95', 'P99', 'P99.9', 'rate', 'errors', 'delivery'] as const
export type Metric = (typeof METRICS)[number]

/** A figure of one run: times in ms, rates in requests/s, errors and delivery as shares of 1. */
export interface Figure {
  /** `null` if nothing was measured. */
  readonly value: number | null
  /** Whether it is a percentile with fewer than `FEWEST_BEYOND` requests beyond it. */
  readonly isThin: boolean
}

/** One metric of an operation in both runs. */
export interface MetricComparison {
  readonly metric: Metric
  readonly unit: 'ms' | '1/s' | 'share'
  readonly baseline: Figure
  readonly candidate: Figure
  /** Candidate / baseline; `null` where there is none. */
  readonly ratio: number | null
  readonly mark: Mark
}

/** One operation of a scenario in both runs. */
export interface OperationComparison {
  readonly name: string
  readonly metrics: readonly MetricComparison[]
}

/**
 * A percentile with fewer requests beyond it than this is mostly chance: 100 leave a tenth of
 * uncertainty about which percentile it is.
 */
export const FEWEST_BEYOND = 100

/** How many requests a percentile needs; see `FEWEST_BEYOND`. */
export function requestsNeeded(percentile: number): number {
  return Math.ceil(FEWEST_BEYOND / (1 - percentile / 100) - 1e-6)
}

/** One run's side of a comparison. */
export interface Side {
  readonly result: LoadResultJson
  readonly operation: OperationJson
}

/**
 * Compares one operation, from the figures in the run files.
 * @param unjudged why nothing is judged; `null` if all is that can be.
 */
export function compareOperation(
  baseline: Side,
  candidate: Side,
  unjudged: string | null,
): OperationComparison {
  const sides = [secondsOf(baseline), secondsOf(candidate)] as const
  const judge = ({ mark, ...metric }: MetricComparison): MetricComparison => ({
    ...metric,
    mark: unjudged === null ? mark : { kind: 'not judged', why: unjudged },
  })
  const metrics = [
    ...PERCENTILES.map((percentile) => comparePercentile(percentile, ...sides)),
    compareRate(...sides),
    compareErrors(...sides),
    ...compareDelivery(baseline.operation, candidate.operation),
  ]
  return { name: baseline.operation.name, metrics: metrics.map(judge) }
}

const PERCENTILES = [
  { metric: 'P50', percentile: 50, figure: 'p50Ms', bySecond: 'p50Ms' },
  { metric: 'P95', percentile: 95, figure: 'p95Ms', bySecond: 'p95Ms' },
  { metric: 'P99', percentile: 99, figure: 'p99Ms', bySecond: 'p99Ms' },
  { metric: 'P99.9', percentile: 99.9, figure: 'p999Ms', bySecond: null },
] as const

interface Seconds extends Side {
  /** The whole seconds in which requests were being started, in order. */
  readonly intervals: readonly Interval[]
}

function secondsOf({ result, operation }: Side): Seconds {
  const intervals = result.intervals
    .filter((interval) => interval.operation === operation.name)
    .filter(({ second }) => (second + 1) * 1_000 <= result.measuredMs + 1)
    .toSorted((a, b) => a.second - b.second)
  return { result, operation, intervals }
}

function comparePercentile(
  { metric, percentile, figure, bySecond }: (typeof PERCENTILES)[number],
  baseline: Seconds,
  candidate: Seconds,
): MetricComparison {
  const figureOf = ({ operation }: Seconds): Figure => {
    const { figures } = operation.response
    return { value: figures[figure], isThin: figures.count < requestsNeeded(percentile) }
  }
  const [a, b] = [figureOf(baseline), figureOf(candidate)]
  const times = ({ intervals }: Seconds): readonly number[] =>
    intervals.flatMap(({ response }) =>
      response === null || bySecond === null ? [] : [response[bySecond]],
    )
  const mark = (): Mark => {
    if (a.value === null || b.value === null) return { kind: 'not judged', why: 'nothing measured' }
    if (a.isThin || b.isThin) return { kind: 'not judged', why: 'too few requests' }
    if (bySecond === null) return { kind: 'not judged', why: 'no figures by second' }
    return markProportion(
      { overall: a.value, bySecond: times(baseline) },
      { overall: b.value, bySecond: times(candidate) },
    )
  }
  return metricOf(metric, 'ms', a, b, mark())
}

function compareRate(baseline: Seconds, candidate: Seconds): MetricComparison {
  const rateOf = ({ result, operation }: Seconds): number | null =>
    achievedPerSecond(result, operation.name)
  const [a, b] = [rateOf(baseline), rateOf(candidate)]
  const started = ({ intervals }: Seconds): readonly number[] =>
    intervals.map((interval) => interval.started)
  const mark: Mark =
    a === null || b === null
      ? { kind: 'not judged', why: 'nothing measured' }
      : markProportion(
          { overall: a, bySecond: started(baseline) },
          { overall: b, bySecond: started(candidate) },
        )
  return metricOf('rate', '1/s', enough(a), enough(b), mark)
}

/** Whatever was due and didn't succeed: failed, timed out, dropped or unfinished. */
function compareErrors(baseline: Seconds, candidate: Seconds): MetricComparison {
  const occurrences = ({ operation: { counts }, intervals }: Seconds): Occurrences => ({
    count: Math.max(counts.planned - counts.ok, 0),
    of: counts.planned,
    bySecond: intervals.map(({ failed, timedOut, dropped }) => failed + timedOut + dropped),
  })
  const [a, b] = [occurrences(baseline), occurrences(candidate)]
  return metricOf('errors', 'share', shareOf(a), shareOf(b), markOccurrences(a, b))
}

/** Nothing, where nobody receives anything; not judged, where one run doesn't know what was received. */
function compareDelivery(
  baseline: OperationJson,
  candidate: OperationJson,
): readonly MetricComparison[] {
  const [counts, countsAfter] = [baseline.counts, candidate.counts]
  if (baseline.deliveries === null || candidate.deliveries === null) return []
  const before = countedDeliveries(baseline.deliveries)
  const after = countedDeliveries(candidate.deliveries)
  const share = (deliveries: typeof before): Figure =>
    enough(
      deliveries === null || deliveries.expected === 0
        ? null
        : deliveries.received / deliveries.expected,
    )
  if (before === null || after === null) {
    const mark: Mark = { kind: 'not judged', why: 'deliveries unknown' }
    return [metricOf('delivery', 'share', share(before), share(after), mark)]
  }
  // Receipts go missing together: what is counted are messages that somebody missed, sent or not.
  const incomplete = (
    deliveries: NonNullable<typeof before>,
    { started }: typeof counts,
  ): Occurrences => ({
    count: Math.min(deliveries.incomplete, started),
    of: started,
    bySecond: [],
  })
  const lost = markOccurrences(incomplete(before, counts), incomplete(after, countsAfter))
  const mark: Mark =
    lost.kind === 'worth a look'
      ? { kind: 'worth a look', direction: lost.direction === 'higher' ? 'lower' : 'higher' }
      : lost
  return [metricOf('delivery', 'share', share(before), share(after), mark)]
}

function metricOf(
  metric: Metric,
  unit: MetricComparison['unit'],
  baseline: Figure,
  candidate: Figure,
  mark: Mark,
): MetricComparison {
  const ratio =
    baseline.value === null || candidate.value === null
      ? null
      : quotient(candidate.value, baseline.value)
  return { metric, unit, baseline, candidate, ratio, mark }
}

function shareOf({ count, of }: Occurrences): Figure {
  return enough(of === 0 ? null : count / of)
}

function enough(value: number | null): Figure {
  return { value, isThin: false }
}

/** `null` where there is none, or none that a number can hold. */
function quotient(value: number, by: number): number | null {
  return Number.isFinite(value / by) ? value / by : null
}
