import type { IntervalFigures, IntervalResponse } from '../../../load/result.ts'
import { total } from '../../../load/totals.ts'
import { medianOf } from '../../../stats/quantile.ts'

/** More slots than this are narrower than a pixel of most charts. */
const MAX_SLOTS = 600

/** One operation in a stretch of the measurement: a second, or several of a long run. */
export interface Slot {
  /** Seconds from the start of the measurement. */
  readonly from: number
  readonly to: number
  /** How long requests were being started in it, in s: 0 after the load's end. */
  readonly sendingSeconds: number
  readonly started: number
  readonly dropped: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  readonly response: Omit<IntervalResponse, 'counts'> | null
}

/** How a load's seconds are put together, the same for all operations of it. */
export interface SlotPlan {
  readonly count: number
  /** Seconds per slot, a whole number ≥ 1. */
  readonly length: number
  /** The measured time, in s. */
  readonly measured: number
}

/** At most 600 slots of whole seconds over all that happened, the wait for the last requests included. */
export function planSlots(intervals: readonly IntervalFigures[], measuredMs: number): SlotPlan {
  const seconds = intervals.reduce(
    (most, { second }) => Math.max(most, second + 1),
    Math.ceil(measuredMs / 1_000),
  )
  const length = Math.max(1, Math.ceil(seconds / MAX_SLOTS))
  return { count: Math.ceil(seconds / length), length, measured: measuredMs / 1_000 }
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
    return {
      from,
      to,
      sendingSeconds: Math.max(0, Math.min(to, measured) - from),
      started: total(own, ({ started }) => started),
      dropped: total(own, ({ dropped }) => dropped),
      ok: total(own, ({ ok }) => ok),
      failed: total(own, ({ failed }) => failed),
      timedOut: total(own, ({ timedOut }) => timedOut),
      response: responseOf(own),
    }
  })
}

function responseOf(intervals: readonly IntervalFigures[]): Slot['response'] {
  const times = intervals.flatMap(({ response }) => response ?? [])
  if (times.length <= 1) return times[0] ?? null
  return {
    p50Ms: medianOf(times.map(({ p50Ms }) => p50Ms)),
    p95Ms: medianOf(times.map(({ p95Ms }) => p95Ms)),
    p99Ms: medianOf(times.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...times.map(({ maxMs }) => maxMs)),
  }
}
