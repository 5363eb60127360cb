import { dueIn, firstDueAt, stallOf, totalMs, type JudgedLoad } from './judged-load.ts'

/** Deviations of arrivals from due times, in ms. */
export interface Deviation {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** The judge's observations of a load. */
export interface Judgement {
  /** Deviations in the steady part; `null` if none of it arrived. */
  readonly steady: Deviation | null
  /** Deviations in the first second, the warm-up; `null` without arrivals. */
  readonly firstSecond: Deviation | null
  /** Requests due in the whole load. */
  readonly due: number
  /** Requests that arrived. */
  readonly arrived: number
  /** Requests that arrived during the stall / requests due then. */
  readonly arrivedInStall: number
}

const FIRST_SECOND_MS = 1_000
/** The ratio of requests, in %, that may precede the schedule: they are early by chance. */
const ANCHOR_PERCENTILE = 1

/**
 * Compares the n-th arrival with the n-th due time. The judge doesn't know when the generator's schedule
 * begins, so it takes the latest beginning that has only 1 % of the steady requests arrive before they
 * were due: the first percentile of deviations is 0 by definition, and a constant delay, such as the
 * way to the judge, is left out. A request that is never sent makes all later ones early by a place.
 *
 * @param arrivalsMs in order, on any clock.
 */
export function judgeArrivals(arrivalsMs: Float64Array, load: JudgedLoad): Judgement {
  const firstMs = arrivalsMs[0] ?? 0
  const deviations = arrivalsMs.map((atMs, k) => atMs - firstMs - (k * 1_000) / load.ratePerSecond)
  const between = (fromMs: number, untilMs: number): Float64Array =>
    deviations
      .slice(firstDueAt(load.ratePerSecond, fromMs), firstDueAt(load.ratePerSecond, untilMs))
      .sort()
  const stall = stallOf(load)
  const steady = between(load.warmUpMs, stall.startMs)
  const anchorMs = percentile(steady, ANCHOR_PERCENTILE)
  const isInStall = (atMs: number): boolean =>
    atMs - firstMs >= stall.startMs && atMs - firstMs < stall.endMs
  return {
    steady: deviationOf(steady, anchorMs),
    firstSecond: deviationOf(between(0, Math.min(FIRST_SECOND_MS, load.warmUpMs)), anchorMs),
    due: dueIn(load, 0, totalMs(load)),
    arrived: arrivalsMs.length,
    arrivedInStall: arrivalsMs.filter(isInStall).length / dueIn(load, stall.startMs, stall.endMs),
  }
}

function deviationOf(sorted: Float64Array, anchorMs: number): Deviation | null {
  if (sorted.length === 0) return null
  const at = (p: number): number => percentile(sorted, p) - anchorMs
  return { p50Ms: at(50), p99Ms: at(99), maxMs: at(100) }
}

/** Ranks are whole; what 99.9 % of them is may be off by a rounding. */
const ROUNDING = 1e-9

/** The smallest value that at least `p` % are not above; 0 of nothing. */
export function percentile(sorted: Float64Array, p: number): number {
  const rank = Math.max(Math.ceil((p * sorted.length) / 100 - ROUNDING), 1)
  return sorted[rank - 1] ?? 0
}
