import { bucketAtPercentile, totalOfSparse } from '../../load/recording/sparse-counts.ts'
import type { IntervalFigures, IntervalResponse } from '../../load/result.ts'
import { total } from '../../load/totals.ts'
import type { IntervalColumns, IntervalsJson } from '../schema/intervals-schema.ts'

/**
 * Finds columns of different lengths, seconds out of order, and operations that appear twice: reading the columns as
 * rows relies on them.
 * @param quoted makes a name harmless and short.
 */
export function* flawsOfColumns(
  { seconds, timestamps, operations }: IntervalsJson,
  quoted: (name: string) => string,
): Generator<string> {
  const count = seconds.length
  for (let i = 1; i < count; i++) {
    const [before = 0, second = 0] = [seconds[i - 1], seconds[i]]
    if (second <= before) yield `its second ${second} comes after its second ${before}.`
  }
  if (timestamps !== null && timestamps.length !== count) {
    yield `it has ${count} seconds, but ${timestamps.length} timestamps.`
  }
  for (const [i, timestamp] of timestamps?.entries() ?? []) {
    const second = seconds[i] ?? 0
    const expected = (timestamps?.[0] ?? 0) + (second - (seconds[0] ?? 0)) * 1_000
    if (timestamp !== expected) {
      yield `its second ${second} has the timestamp ${timestamp}, not ${expected}.`
    }
  }
  const names = new Set<string>()
  for (const columns of operations) {
    const { operation } = columns
    if (names.has(operation)) yield `operation ${quoted(operation)} has its seconds twice.`
    names.add(operation)
    for (const [name, column] of columnsOf(columns)) {
      if (column !== null && column.length !== count) {
        yield `operation ${quoted(operation)} has ${count} seconds, but ${column.length} values of ${name}.`
      }
    }
    const codes = new Set(columns.errors.map(({ code }) => code))
    if (codes.size < columns.errors.length) {
      yield `operation ${quoted(operation)} has the seconds of an error twice.`
    }
  }
}

type Column = readonly unknown[] | null

function* columnsOf(columns: IntervalColumns): Generator<readonly [name: string, Column]> {
  const { operation: _, errors, lateness, response, ...counts } = columns
  yield* Object.entries(counts)
  yield* errors.map(({ counts: column }) => ['errors', column] as const)
  for (const [name, column] of Object.entries(lateness)) yield [`lateness ${name}`, column]
  for (const [name, column] of Object.entries(response)) yield [`response ${name}`, column]
}

/**
 * Finds figures of one second that can't be true together: percentiles that fall or that its histogram doesn't
 * have, and failures and times without a request. Older forms know less, and what is unknown contradicts nothing.
 */
export function* flawsOfInterval(interval: IntervalFigures): Generator<string> {
  const { lateness, response, planned, failed, errors } = interval
  // Cheap first: a day has 100,000 seconds.
  if (response !== null && !isAscending(response)) yield* fallingResponse(response)
  if (
    lateness !== null &&
    !(lateness.p50Ms <= lateness.p99Ms && lateness.p99Ms <= lateness.maxMs)
  ) {
    yield* falling({
      'lateness P50': lateness.p50Ms,
      'lateness P99': lateness.p99Ms,
      'lateness max': lateness.maxMs,
    })
  }
  if (response !== null && response.counts.length > 0) yield* flawsOfCounts(response)
  if (planned === null) return
  const byCode = total(errors, ({ count }) => count)
  if (byCode !== failed) yield `failed is ${failed}, but its errors are ${byCode}.`
  const timed = response === null ? 0 : totalOfSparse(response.counts)
  const ended = interval.ok + interval.timedOut
  // Unfinished requests have times too, and no column.
  if (timed < ended)
    yield `ok + timedOut is ${ended}, but ${timed} response times are in its histogram.`
}

function isAscending({ p50Ms, p95Ms, p99Ms, maxMs }: IntervalResponse): boolean {
  return p50Ms <= p95Ms && p95Ms <= p99Ms && p99Ms <= maxMs
}

const PERCENTILES = [
  ['P50', 50, 'p50Ms'],
  ['P95', 95, 'p95Ms'],
  ['P99', 99, 'p99Ms'],
  ['max', 100, 'maxMs'],
] as const

function* flawsOfCounts(response: IntervalResponse): Generator<string> {
  for (const [name, percentile, figure] of PERCENTILES) {
    const bucket = bucketAtPercentile(response.counts, percentile)
    const ms = response[figure]
    if (bucket === null || (ms >= bucket.fromMs && ms <= bucket.toMs)) continue
    yield `${name} is ${ms} ms, but its histogram has it from ${bucket.fromMs} to ${bucket.toMs} ms.`
  }
}

/** Finds a percentile of response times that is longer than a higher one. */
export function fallingResponse(
  of: Readonly<Record<'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs', number | null>>,
): Generator<string> {
  return falling({ P50: of.p50Ms, P95: of.p95Ms, P99: of.p99Ms, max: of.maxMs })
}

/** Finds a higher percentile that is shorter; and times of which only some are present. */
export function* falling(times: Readonly<Record<string, number | null>>): Generator<string> {
  const entries = Object.entries(times)
  for (const [index, [name, time]] of entries.entries()) {
    const [nextName, next] = entries[index + 1] ?? [name, time]
    if (time === next || (time !== null && next !== null && time < next)) continue
    yield `${name} is ${shown(time)}, but ${nextName} is ${shown(next)}.`
  }
}

function shown(time: number | null): string {
  return time === null ? 'missing' : `${time} ms`
}
