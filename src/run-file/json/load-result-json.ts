import type { FaultRecord } from '../../load/faults/fault-record.ts'
import type { LoadModel } from '../../load/load-model.ts'
import type { Deliveries, LoadResult, OperationResult } from '../../load/result.ts'
import type { Losses } from '../../load/recording/losses.ts'
import type { MetricResult } from '../../load/metrics/metric-recorders.ts'
import { inUnit, trendAt, type TrendResult } from '../../load/metrics/trend.ts'
import type { TraceCounts, TracedRequest } from '../../load/tracing/traced-request.ts'
import type { TagSplit } from '../../load/notes/tag-splits.ts'
import {
  deserializeCounts,
  deserializeHistogram,
  serializeCounts,
  serializeHistogram,
} from './histogram-json.ts'
import { intervalsOf, serializeIntervals } from './intervals-json.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'

type OperationJson = LoadResultJson['operations'][number]
/** A metric in stored form. */
export type MetricJson = LoadResultJson['metrics'][number]
/** Figures split by a tag, in stored form. */
export type TagSplitJson = LoadResultJson['operations'][number]['tags'][number]
type TrendJson = Extract<MetricJson, { readonly kind: 'trend' }>
type ModelJson = LoadResultJson['model']
/** A fault in stored form. */
export type FaultJson = LoadResultJson['faults'][number]
/** An operation's losses in stored form. */
export type LossesJson = NonNullable<OperationJson['losses']>
type TracedRequestJson = NonNullable<OperationJson['slowest']>[number]
type DeliveriesJson = NonNullable<OperationJson['deliveries']>

/**
 * A load result as plain data, for JSON and other processes. Keeps all of `LoadResult`, and drops other fields of the
 * caller's object.
 */
export function serializeLoadResult(result: LoadResult): LoadResultJson {
  const { startedAt, model, arrivals, seed, warmUpMs, durationMs, measuredMs } = result
  const { isInterrupted, abortReason, limits, health, verdictThresholds } = result
  const { undeclaredTags, windowedSlo, faults, unavailableMs, unavailableAtLeastMs } = result
  const { traces } = result
  const operations = [...result.operations].map(serializeOperation)
  return {
    startedAt,
    model: serializeModel(model),
    arrivals,
    seed,
    warmUpMs,
    durationMs,
    measuredMs,
    isInterrupted,
    abortReason,
    limits,
    health,
    verdictThresholds,
    operations,
    intervals: serializeIntervals(result.intervals, Date.parse(startedAt)),
    metrics: result.metrics.map(serializeMetric),
    undeclaredTags,
    windowedSlo,
    unavailableMs,
    unavailableAtLeastMs,
    faults: faults.map(serializeFault),
    ...(traces === undefined ? {} : { traces: serializeTraceCounts(traces) }),
  }
}

/**
 * Restores a load result, with live histograms.
 * @param json as `loadResultSchema` accepts it.
 * @throws Error if a histogram in it is damaged.
 */
export function deserializeLoadResult(json: LoadResultJson): LoadResult {
  const operations = json.operations.map(
    (operation) => [operation.name, deserializeOperation(operation)] as const,
  )
  const metrics = json.metrics.map(deserializeMetric)
  const model = deserializeModel(json.model)
  const intervals = intervalsOf(json)
  return { ...json, model, operations: new Map(operations), intervals, metrics }
}

/** The stored form of an operation. */
export function serializeOperation([name, operation]: readonly [
  string,
  OperationResult,
]): OperationJson {
  return {
    name,
    counts: operation.counts,
    lostByPause: operation.lostByPause,
    errors: operation.errors,
    response: serializeHistogram(operation.response),
    service: serializeHistogram(operation.service),
    undisturbed: serializeHistogram(operation.undisturbed),
    failure: serializeHistogram(operation.failure),
    lateness: serializeHistogram(operation.lateness),
    deliveries: operation.deliveries && serializeDeliveries(operation.deliveries),
    losses: operation.losses && serializeLosses(operation.losses),
    unavailableMs: operation.unavailableMs,
    unavailableAtLeastMs: operation.unavailableAtLeastMs,
    checks: operation.checks,
    tags: operation.tags.map(serializeTagSplit),
    ...(operation.slowest === undefined
      ? {}
      : { slowest: operation.slowest.map(serializeTracedRequest) }),
  }
}

/**
 * Restores an operation.
 * @throws Error if a histogram in it is damaged.
 */
export function deserializeOperation(operation: OperationJson): OperationResult {
  return {
    counts: operation.counts,
    lostByPause: operation.lostByPause,
    errors: operation.errors,
    response: deserializeHistogram(operation.response),
    service: deserializeHistogram(operation.service),
    undisturbed: deserializeHistogram(operation.undisturbed),
    failure: deserializeHistogram(operation.failure),
    lateness: deserializeHistogram(operation.lateness),
    deliveries: operation.deliveries && deserializeDeliveries(operation.deliveries),
    losses: operation.losses,
    unavailableMs: operation.unavailableMs,
    unavailableAtLeastMs: operation.unavailableAtLeastMs,
    checks: operation.checks,
    tags: operation.tags.map(deserializeTagSplit),
    ...(operation.slowest === undefined ? {} : { slowest: operation.slowest }),
  }
}

/** Only the fields of a record. */
function serializeFault(fault: FaultRecord): FaultJson {
  const { label, what, plannedAtMs } = fault
  const planned = { label, what, plannedAtMs }
  switch (fault.state) {
    case 'injected':
      return { state: 'injected', ...planned, fromMs: fault.fromMs, toMs: fault.toMs }
    case 'failed':
      return { state: 'failed', ...planned, fromMs: fault.fromMs, reason: fault.reason }
    case 'elsewhere':
    case 'not reached':
      return { state: fault.state, ...planned }
  }
}

function serializeLosses(losses: Losses): LossesJson {
  if (losses.kind === 'unknown') return { kind: 'unknown', reason: losses.reason }
  const { of, promised, lost, duplicates, examples } = losses
  return { kind: 'known', of, promised, lost, duplicates, examples }
}

/** Only the fields of a traced request. */
function serializeTracedRequest(request: TracedRequest): TracedRequestJson {
  const { traceId, number, ending, dueMs, responseMs, areHandlersKnown } = request
  const parts = request.parts.map(({ name, ms }) => ({ name, ms }))
  return { traceId, number, ending, dueMs, responseMs, parts, areHandlersKnown }
}

function serializeTraceCounts(counts: TraceCounts): TraceCounts {
  const { kept, errors, slow, sampled, lost, lostSpans } = counts
  return { kept, errors, slow, sampled, lost, lostSpans }
}

function serializeModel(model: LoadModel): ModelJson {
  if (model.kind === 'open') return { kind: 'open' }
  const { users, thinkTime, userTimeMs, iterations, setUp, tearDown } = model
  const time = serializeHistogram(iterations.time)
  return {
    kind: 'closed',
    users,
    thinkTime,
    userTimeMs,
    iterations: { ...iterations, time },
    setUp,
    tearDown,
  }
}

function deserializeModel(model: ModelJson): LoadModel {
  if (model.kind === 'open') return model
  const time = deserializeHistogram(model.iterations.time)
  return { ...model, iterations: { ...model.iterations, time } }
}

function serializeDeliveries(deliveries: Deliveries): DeliveriesJson {
  if (deliveries.kind === 'unknown') return { kind: 'unknown', reason: deliveries.reason }
  const { expected, received, duplicates, missing, incomplete } = deliveries
  const { missingByPause, missingByFailure } = deliveries
  return {
    kind: 'counted',
    expected,
    received,
    duplicates,
    missing,
    incomplete,
    missingByPause,
    ...(missingByFailure === undefined ? {} : { missingByFailure }),
    receipt: serializeHistogram(deliveries.receipt),
    completion: serializeHistogram(deliveries.completion),
    undisturbedCompletion: serializeHistogram(deliveries.undisturbedCompletion),
    receivers: deliveries.receivers,
  }
}

function deserializeDeliveries(deliveries: DeliveriesJson): Deliveries {
  if (deliveries.kind === 'unknown') return deliveries
  return {
    ...deliveries,
    receipt: deserializeHistogram(deliveries.receipt),
    completion: deserializeHistogram(deliveries.completion),
    undisturbedCompletion: deserializeHistogram(deliveries.undisturbedCompletion),
  }
}

/** The stored form of a metric; a trend has figures beside its histogram. */
function serializeMetric(metric: MetricResult): MetricJson {
  if (metric.kind !== 'trend') return metric
  const { kind, name, unit, resolution, histogram, clamped, invalid } = metric
  const figures = trendFigures(metric)
  const hdrV2Base64 = serializeCounts(histogram)
  return { kind, name, unit, resolution, figures, hdrV2Base64, clamped, invalid }
}

/**
 * Restores a metric.
 * @throws Error if its histogram is damaged.
 */
function deserializeMetric(metric: MetricJson): MetricResult {
  if (metric.kind !== 'trend') return metric
  const { kind, name, unit, resolution, hdrV2Base64, clamped, invalid } = metric
  const histogram = deserializeCounts(hdrV2Base64)
  return { kind, name, unit, resolution, histogram, clamped, invalid }
}

/** The stored form of the requests with one value of a tag. */
function serializeTagSplit(split: TagSplit): TagSplitJson {
  return {
    ...split,
    response: serializeHistogram(split.response),
    service: serializeHistogram(split.service),
    undisturbed: serializeHistogram(split.undisturbed),
  }
}

/**
 * Restores the requests with one value of a tag.
 * @throws Error if a histogram in it is damaged.
 */
function deserializeTagSplit(split: TagSplitJson): TagSplit {
  return {
    ...split,
    response: deserializeHistogram(split.response),
    service: deserializeHistogram(split.service),
    undisturbed: deserializeHistogram(split.undisturbed),
  }
}

function trendFigures(trend: TrendResult): TrendJson['figures'] {
  const { histogram, resolution } = trend
  const count = histogram.totalCount
  return {
    count,
    mean: count === 0 ? null : inUnit(histogram.mean, resolution),
    p50: trendAt(trend, 50),
    p95: trendAt(trend, 95),
    p99: trendAt(trend, 99),
    p999: trendAt(trend, 99.9),
    max: trendAt(trend, 100),
  }
}
