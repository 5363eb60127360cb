import type { Histogram } from 'hdr-histogram-js'
import { TECHNIQUES } from '../dispatch/technique.ts'
import { mergeErrors } from '../recording/error-tally.ts'
import type { OperationNotesResult } from '../notes/load-notes.ts'
import { longestOf } from '../pauses.ts'
import type { FaultRecord } from '../faults/fault-record.ts'
import type { Unavailability } from '../recording/availability.ts'
import { sumOf } from '../recording/histogram.ts'
import { sumOfLosses } from '../recording/audited-losses.ts'
import { bucketAtPercentile, sumOfSparse } from '../recording/sparse-counts.ts'
import { rowOf } from '../slo/bound-row.ts'
import type {
  Deliveries,
  EventLoopDelay,
  GeneratorHealth,
  IntervalFigures,
  IntervalLateness,
  IntervalResponse,
  LoadResult,
  OperationResult,
  PauseFigures,
  ReceiverHealth,
} from '../result.ts'
import type { Bound } from '../slo/slo.ts'
import { sumOfCounts, total } from '../totals.ts'
import { mergeMetrics } from './merge-metrics.ts'
import { mergeNotes } from './merge-notes.ts'
import { mergeModels } from './merge-models.ts'
import { mergeSlowest, mergeTraces } from './merge-traces.ts'
import { mergeUnavailability } from './merge-unavailability.ts'
import { mergeWindows } from './merge-windows.ts'

/** At least one. */
export type Shards = readonly [LoadResult, ...LoadResult[]]

/**
 * Adds up the shards of one load. Counts, errors, receipts and histograms are sums, without loss. What
 * can't be added is the worst of any shard: the generators' health, and an interval's lateness. An interval's
 * percentiles are those of its summed histogram, rounded up to the end of a bucket; they are the worst of any
 * shard's, than which those of the whole are not larger, if that is less or a shard has no histogram.
 * @param shards alike in everything that was planned.
 * @param bounds of the whole load; those on every window are merged by `mergeWindows`.
 */
export function mergeResults(shards: Shards, bounds: readonly Bound[]): LoadResult {
  const [first] = shards
  const names = [...first.operations.keys()]
  const intervals = mergeIntervals(shards.flatMap((shard) => shard.intervals))
  const byOperation = Map.groupBy(intervals, ({ operation }) => operation)
  return {
    ...first,
    model: mergeModels(shards.map(({ model }) => model)),
    startedAt: shards.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt,
    measuredMs: Math.max(...shards.map(({ measuredMs }) => measuredMs)),
    isInterrupted: shards.some(({ isInterrupted }) => isInterrupted),
    abortReason: shards.find(({ abortReason }) => abortReason !== null)?.abortReason ?? null,
    limits: { ...first.limits, maxInFlight: total(shards, ({ limits }) => limits.maxInFlight) },
    health: worstHealth(shards.map(({ health }) => health)),
    operations: new Map(
      names.map((name) => [name, mergeOperation(shards, name, byOperation.get(name) ?? [])]),
    ),
    metrics: mergeMetrics(shards.map(({ metrics }) => metrics)),
    undeclaredTags: {
      count: total(shards, ({ undeclaredTags }) => undeclaredTags.count),
      sample:
        shards.find(({ undeclaredTags }) => undeclaredTags.count > 0)?.undeclaredTags.sample ?? '',
    },
    intervals,
    ...mergeUnavailability(shards, intervals),
    faults: mergeFaults(shards),
    ...mergeTraces(shards),
    windowedSlo: bounds.flatMap((bound) =>
      bound.everyMs === null ? [] : mergeWindows(shards, bound, rowOf(bound, names)),
    ),
  }
}

function mergeOperation(
  shards: Shards,
  name: string,
  intervals: readonly IntervalFigures[],
): OperationResult {
  const parts = shards.flatMap(({ operations }) => operations.get(name) ?? [])
  return {
    ...mergeOperations(parts),
    ...mergeUnavailability(parts, intervals),
    ...mergeNotes(parts),
    ...mergeSlowest(parts),
  }
}

/** What became of each fault in the shards that were to inject it. */
function mergeFaults(shards: Shards): readonly FaultRecord[] {
  return shards[0].faults.map((first, index) => {
    const records = shards.flatMap(({ faults }) => faults[index] ?? [])
    return records.filter(({ state }) => state !== 'elsewhere').reduce(mergeFault, first)
  })
}

/** One that a shard did not see leaves open what that shard's requests say about it. */
function mergeFault(merged: FaultRecord, one: FaultRecord): FaultRecord {
  if (merged.state !== 'injected') return merged.state === 'elsewhere' ? one : merged
  if (one.state !== 'injected') return one
  const fromMs = Math.min(merged.fromMs, one.fromMs)
  return { ...merged, fromMs, toMs: Math.max(merged.toMs, one.toMs) }
}

/** Adds up operations, without their checks and tags. Deliveries are those of operations that have any. */
export function mergeOperations(
  parts: readonly OperationResult[],
): Omit<OperationResult, keyof (OperationNotesResult & Unavailability)> {
  const histogram = (of: (part: OperationResult) => Histogram): Histogram => sumOf(parts.map(of))
  const deliveries = parts.flatMap((part) => part.deliveries ?? [])
  return {
    counts: sumOfCounts(parts.map(({ counts }) => counts)),
    lostByPause: total(parts, ({ lostByPause }) => lostByPause),
    errors: mergeErrors(parts.flatMap(({ errors }) => errors)),
    response: histogram(({ response }) => response),
    service: histogram(({ service }) => service),
    undisturbed: histogram(({ undisturbed }) => undisturbed),
    failure: histogram(({ failure }) => failure),
    lateness: histogram(({ lateness }) => lateness),
    deliveries: deliveries.length === 0 ? null : mergeDeliveries(deliveries),
    losses: sumOfLosses(parts.flatMap(({ losses }) => losses ?? [])),
  }
}

/** If one shard's deliveries are unknown, those of the whole are unknown. */
function mergeDeliveries(parts: readonly Deliveries[]): Deliveries {
  const unknown = parts.find((part) => part.kind === 'unknown')
  if (unknown !== undefined) return unknown
  const counted = parts.filter((part) => part.kind === 'counted')
  const receivers = counted.flatMap((part) => part.receivers ?? [])
  return {
    kind: 'counted',
    expected: total(counted, ({ expected }) => expected),
    received: total(counted, ({ received }) => received),
    duplicates: total(counted, ({ duplicates }) => duplicates),
    missing: total(counted, ({ missing }) => missing),
    incomplete: total(counted, ({ incomplete }) => incomplete),
    missingByPause: total(counted, ({ missingByPause }) => missingByPause),
    ...(counted.some(({ missingByFailure }) => missingByFailure === undefined)
      ? {}
      : { missingByFailure: total(counted, ({ missingByFailure = 0 }) => missingByFailure) }),
    receipt: sumOf(counted.map(({ receipt }) => receipt)),
    completion: sumOf(counted.map(({ completion }) => completion)),
    undisturbedCompletion: sumOf(counted.map((part) => part.undisturbedCompletion)),
    receivers: receivers.length === 0 ? null : worstReceivers(receivers),
  }
}

function worstReceivers(shards: readonly ReceiverHealth[]): ReceiverHealth {
  return {
    eventLoopDelay: worstDelay(shards.map(({ eventLoopDelay }) => eventLoopDelay)),
    pauses: sumOfPauses(shards.map(({ pauses }) => pauses)),
  }
}

/** Ordered by time, and within a second by the first shard that has the operation. */
function mergeIntervals(intervals: readonly IntervalFigures[]): readonly IntervalFigures[] {
  const merged = new Map<string, IntervalFigures>()
  for (const interval of intervals) {
    const key = `${interval.second} ${interval.operation}`
    const sum = merged.get(key)
    merged.set(key, sum === undefined ? interval : addInterval(sum, interval))
  }
  return [...merged.values()].toSorted((a, b) => a.second - b.second)
}

function addInterval(a: IntervalFigures, b: IntervalFigures): IntervalFigures {
  return {
    second: a.second,
    operation: a.operation,
    planned: sumOfKnown(a.planned, b.planned),
    started: a.started + b.started,
    dropped: a.dropped + b.dropped,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    timedOut: a.timedOut + b.timedOut,
    inFlight: sumOfKnown(a.inFlight, b.inFlight),
    received: sumOfKnown(a.received, b.received),
    errors: mergeErrors([...a.errors, ...b.errors]),
    lateness: worstLateness(a.lateness, b.lateness),
    response: mergeTimes(a.response, b.response),
  }
}

function sumOfKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

function worstLateness(
  a: IntervalLateness | null,
  b: IntervalLateness | null,
): IntervalLateness | null {
  if (a === null || b === null) return a ?? b
  return {
    p50Ms: Math.max(a.p50Ms, b.p50Ms),
    p99Ms: Math.max(a.p99Ms, b.p99Ms),
    maxMs: Math.max(a.maxMs, b.maxMs),
  }
}

function mergeTimes(a: IntervalResponse | null, b: IntervalResponse | null): typeof a {
  if (a === null || b === null) return a ?? b
  const isComplete = a.counts.length > 0 && b.counts.length > 0
  const counts = isComplete ? sumOfSparse([a.counts, b.counts]) : []
  const at = (percentile: number, worstMs: number): number => {
    const bucket = bucketAtPercentile(counts, percentile)
    return bucket === null ? worstMs : Math.min(worstMs, bucket.toMs)
  }
  return {
    p50Ms: at(50, Math.max(a.p50Ms, b.p50Ms)),
    p95Ms: at(95, Math.max(a.p95Ms, b.p95Ms)),
    p99Ms: at(99, Math.max(a.p99Ms, b.p99Ms)),
    maxMs: Math.max(a.maxMs, b.maxMs),
    counts,
  }
}

function worstHealth(shards: readonly GeneratorHealth[]): GeneratorHealth {
  const worst = (of: (health: GeneratorHealth) => number): number => Math.max(...shards.map(of))
  const used = new Set(shards.map(({ dispatch }) => dispatch))
  return {
    dispatch: TECHNIQUES.find((technique) => used.has(technique)) ?? 'timer',
    largestBatch: worst(({ largestBatch }) => largestBatch),
    longestBatchMs: worst(({ longestBatchMs }) => longestBatchMs),
    eventLoopDelay: worstDelay(shards.map(({ eventLoopDelay }) => eventLoopDelay)),
    pauses: sumOfPauses(shards.map(({ pauses }) => pauses)),
    longestPauses: longestOf(shards.flatMap((health) => health.longestPauses)),
    gcPauses: sumOfPauses(shards.map(({ gcPauses }) => gcPauses)),
    coreWaitMs: sumOfWaits(shards.map((health) => health.coreWaitMs)),
    ranOn: {
      most: total(shards, ({ ranOn }) => ranOn.most),
      atEnd: total(shards, ({ ranOn }) => ranOn.atEnd),
    },
  }
}

function worstDelay(delays: readonly EventLoopDelay[]): EventLoopDelay {
  return {
    p50Ms: Math.max(...delays.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...delays.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...delays.map(({ maxMs }) => maxMs)),
  }
}

function sumOfPauses(pauses: readonly PauseFigures[]): PauseFigures {
  return {
    count: total(pauses, ({ count }) => count),
    totalMs: total(pauses, ({ totalMs }) => totalMs),
    maxMs: Math.max(...pauses.map(({ maxMs }) => maxMs)),
  }
}

/** Unknown if one of them is. */
function sumOfWaits(waits: readonly (number | null)[]): number | null {
  const known = waits.filter((ms) => ms !== null)
  return known.length < waits.length ? null : total(known, (ms) => ms)
}
