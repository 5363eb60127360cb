import type { IntervalFigures, IntervalLateness, IntervalResponse } from '../../../load/result.ts'
import {
  bucketAtPercentile,
  sumOfSparse,
  type SparseCounts,
} from '../../../load/recording/sparse-counts.ts'
import { total } from '../../../load/totals.ts'
import { medianOf } from '../../../stats/quantile.ts'

/** More slots than this are narrower than a pixel of most charts. */
const MAX_SLOTS = 600

/** One operation in a stretch of the measurement: a second, or several of a long run. */
export interface Slot extends Pick<
  IntervalFigures,
  | 'planned'
  | 'started'
  | 'dropped'
  | 'ok'
  | 'failed'
  | 'timedOut'
  | 'inFlight'
  | 'received'
  | 'lateness'
> {
  /** Seconds from the start of the measurement. */
  readonly from: number
  readonly to: number
  /** How long requests were being started in it, in s: 0 after the load's end. */
  readonly sendingSeconds: number
  readonly response: Omit<IntervalResponse, 'counts'> | null
  /** All response times, in coarse steps; empty if unknown. */
  readonly counts: SparseCounts
}

/** How a load's seconds are put together, the same for all operations of it. */
export interface SlotPlan {
  readonly count: number
  /** Seconds per slot, a whole number ≥ 1. */
  readonly length: number
  /** The measured time, in s. */
  readonly measured: number
}

/** At most 600 slots of whole seconds over all that happened, the answers after the load's end included. */
export function planSlots(
  intervals: readonly IntervalFigures[],
  measuredMs: number,
  most = MAX_SLOTS,
): SlotPlan {
  const seconds = intervals.reduce(
    (longest, interval) => (isEmpty(interval) ? longest : Math.max(longest, interval.second + 1)),
    Math.ceil(measuredMs / 1_000),
  )
  const length = Math.max(1, Math.ceil(seconds / most))
  return { count: Math.ceil(seconds / length), length, measured: measuredMs / 1_000 }
}

/** The generator's last second may only have been a wait, in which nothing came. */
function isEmpty({ started, dropped, ok, failed, timedOut, received }: IntervalFigures): boolean {
  return started + dropped + ok + failed + timedOut + (received ?? 0) === 0
}

/** The slots of one operation, in order and without gaps. */
export function slotsOf(
  intervals: readonly IntervalFigures[],
  operation: string,
  { count, length, measured }: SlotPlan,
): readonly Slot[] {
  const bySlot = Map.groupBy(
    intervals.filter((interval) => interval.operation === operation),
    ({ second }) => Math.floor(second / length),
  )
  return Array.from({ length: count }, (_, at) => {
    const from = at * length
    const to = from + length
    const own = bySlot.get(at) ?? []
    const counts = sumOfSparse(own.map(({ response }) => response?.counts ?? []))
    return {
      from,
      to,
      sendingSeconds: Math.max(0, Math.min(to, measured) - from),
      planned: known(
        own,
        ({ planned }) => planned,
        (a, b) => a + b,
      ),
      started: total(own, ({ started }) => started),
      dropped: total(own, ({ dropped }) => dropped),
      ok: total(own, ({ ok }) => ok),
      failed: total(own, ({ failed }) => failed),
      timedOut: total(own, ({ timedOut }) => timedOut),
      inFlight: known(own, ({ inFlight }) => inFlight, Math.max),
      received: known(
        own,
        ({ received }) => received,
        (a, b) => a + b,
      ),
      lateness: latenessOf(own),
      response: responseOf(own, counts),
      counts,
    }
  })
}

/** Puts the known figures together; `null` if none is known. */
function known(
  intervals: readonly IntervalFigures[],
  of: (interval: IntervalFigures) => number | null,
  join: (a: number, b: number) => number,
): number | null {
  return intervals.reduce<number | null>((sum, interval) => {
    const figure = of(interval)
    if (figure === null) return sum
    return sum === null ? figure : join(sum, figure)
  }, null)
}

/** Of several seconds: the median of P50, and the worst of the others. */
function latenessOf(intervals: readonly IntervalFigures[]): IntervalLateness | null {
  const times = intervals.flatMap(({ lateness }) => lateness ?? [])
  if (times.length <= 1) return times[0] ?? null
  return {
    p50Ms: medianOf(times.map(({ p50Ms }) => p50Ms)),
    p99Ms: worst(times.map(({ p99Ms }) => p99Ms)),
    maxMs: worst(times.map(({ maxMs }) => maxMs)),
  }
}

/** Of several seconds: from all of their times together, or, where they are unknown, the medians of the seconds. */
function responseOf(intervals: readonly IntervalFigures[], counts: SparseCounts): Slot['response'] {
  const times = intervals.flatMap(({ response }) => response ?? [])
  const [first] = times
  if (first === undefined || times.length === 1) return first ?? null
  const maxMs = worst(times.map((time) => time.maxMs))
  // The bucket of the longest times ends beyond the longest one.
  const at = (percentile: number, ofSeconds: readonly number[]): number =>
    Math.min(bucketAtPercentile(counts, percentile)?.toMs ?? medianOf(ofSeconds), maxMs)
  return {
    p50Ms: at(
      50,
      times.map(({ p50Ms }) => p50Ms),
    ),
    p95Ms: at(
      95,
      times.map(({ p95Ms }) => p95Ms),
    ),
    p99Ms: at(
      99,
      times.map(({ p99Ms }) => p99Ms),
    ),
    maxMs,
  }
}

function worst(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0)
}
