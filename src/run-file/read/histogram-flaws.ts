import { countedDeliveries } from '../../load/totals.ts'
import type { HistogramJson } from '../schema/values-schema.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import type { MetricJson, TagSplitJson } from '../json/load-result-json.ts'
import { figuresOfCounts, readStoredCounts, type StepFigures } from '../json/histogram-json.ts'

type OperationJson = LoadResultJson['operations'][number]

/** How many records a histogram must have: from `least` to `most`, inclusive. */
interface Records {
  readonly least: number
  readonly most: number
}

/** Since this schema version, unfinished requests have a time: the time waited. */
const UNFINISHED_TIMED_SINCE = 3

/**
 * Finds histograms of one operation that can't be read, that disagree with the figures beside them, or whose
 * number of records disagrees with the counts.
 * @param recordedIn the schema version of the recording.
 */
export function* flawsOfHistograms(
  operation: OperationJson,
  recordedIn: number,
): Generator<string> {
  const { counts, response, service, undisturbed, failure, lateness, tags } = operation
  const timed = timedRecords(counts, recordedIn)
  for (const [name, histogram] of Object.entries({ response, service, undisturbed })) {
    yield* flawOfHistogram(name, histogram, timed)
  }
  yield* flawOfHistogram('failure', failure, exactly(counts.failed))
  yield* flawOfHistogram('lateness', lateness, exactly(counts.started))
  for (const split of tags) yield* flawsOfTag(split, recordedIn)
  const deliveries = countedDeliveries(operation.deliveries)
  if (deliveries === null) return
  const { receipt, completion, undisturbedCompletion } = deliveries
  for (const [name, histogram] of Object.entries({ receipt, completion, undisturbedCompletion })) {
    yield* flawOfHistogram(name, histogram, ANY)
  }
}

function* flawsOfTag(split: TagSplitJson, recordedIn: number): Generator<string> {
  const { tag, value, counts, response, service, undisturbed } = split
  const timed = timedRecords(counts, recordedIn)
  for (const [name, histogram] of Object.entries({ response, service, undisturbed })) {
    yield* flawOfHistogram(`${name} of tag "${tag}=${value ?? ''}"`, histogram, timed)
  }
}

/** Checks a histogram of times, whose figures are in ms. */
export function* flawOfHistogram(
  name: string,
  { figures, hdrV2Base64 }: HistogramJson,
  records: Records,
): Generator<string> {
  const { count, meanMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs } = figures
  const stated = { mean: meanMs, p50: p50Ms, p95: p95Ms, p99: p99Ms, p999: p999Ms, max: maxMs }
  yield* flawOfFigures(name, { count, ...stated }, { hdrV2Base64, step: 0.001, unit: 'ms' })
  if (count >= records.least && count <= records.most) return
  const due = records.least === records.most ? `${records.least}` : `${records.least} at least`
  yield `${name} has ${count} records, but the counts imply ${due}.`
}

/** Checks a metric's histogram, whose figures are in the metric's unit. */
export function* flawOfTrend(metric: Extract<MetricJson, { kind: 'trend' }>): Generator<string> {
  const { figures, hdrV2Base64, resolution, unit } = metric
  yield* flawOfFigures('its trend', figures, { hdrV2Base64, step: resolution, unit })
}

/** A stored histogram: its counts, and one step in its unit. */
interface Stored {
  readonly hdrV2Base64: string
  readonly step: number
  readonly unit: string
}

function* flawOfFigures(
  name: string,
  stated: StepFigures,
  { hdrV2Base64, step, unit }: Stored,
): Generator<string> {
  const stored = readStoredCounts(hdrV2Base64)
  if (stored.kind === 'flawed') {
    yield `${name}: its histogram can't be read: ${stored.flaw}.`
    return
  }
  const given = figuresOfCounts(stored.counts)
  if (stated.count !== given.count) {
    yield `${name} has ${stated.count} records, but its histogram has ${given.count}.`
  }
  for (const [key, label] of Object.entries(LABELS) as [keyof typeof LABELS, string][]) {
    const steps = given[key]
    const value = steps === null ? null : steps * step
    if (isNear(stated[key], value, step)) continue
    const [says, is] = [stated[key], value].map((figure) => shown(figure, unit))
    yield `${name} ${label} is ${says}, but its histogram gives ${is}.`
  }
}

const LABELS = {
  mean: 'mean',
  p50: 'P50',
  p95: 'P95',
  p99: 'P99',
  p999: 'P99.9',
  max: 'max',
} as const

/** Equal within a bucket of the histogram: 0.1 %, or one step. */
function isNear(stated: number | null, given: number | null, step: number): boolean {
  if (stated === null || given === null) return stated === given
  return Math.abs(stated - given) <= Math.max(given * 0.001, step) * (1 + 1e-9)
}

function shown(figure: number | null, unit: string): string {
  return figure === null ? 'missing' : `${Number(figure.toPrecision(6))} ${unit}`
}

const ANY: Records = { least: 0, most: Infinity }

function exactly(count: number): Records {
  return { least: count, most: count }
}

/** Successful requests, and those that timed out or are unfinished. */
function timedRecords(
  { ok, timedOut, unfinished }: TagSplitJson['counts'],
  recordedIn: number,
): Records {
  const most = ok + timedOut + unfinished
  return { least: recordedIn < UNFINISHED_TIMED_SINCE ? ok + timedOut : most, most }
}
