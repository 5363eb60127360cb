import type { LongPause, PauseFigures } from './result.ts'

/** A time during which a process did not run, by `nowMs()`. */
export interface Pause {
  readonly fromMs: number
  readonly untilMs: number
}

/** How often `PauseWatch.observe` must be called at least, in ms. */
export const OBSERVE_EVERY_MS = 10
/**
 * A gap between two observations that is longer than this is a pause: twice the interval, so that
 * the event loop was held for at least half of it.
 */
const MAX_GAP_MS = 2 * OBSERVE_EVERY_MS
/** Older pauses are forgotten, so that memory is bounded. */
const MAX_PAUSES = 10_000

/**
 * Notices when its process did not run: the event loop was blocked, the garbage collector stopped
 * it, or the system did not schedule it. Whatever was under way during a pause may have ended long
 * before the process could see it.
 *
 * A timer that observes every 10 ms sees every pause of 20 ms and more, and counts up to 10 ms too
 * much of each: the pause began at some time after the last observation.
 */
export class PauseWatch {
  #lastMs: number
  #list: Pause[] = []
  #count = 0
  #totalMs = 0
  #maxMs = 0

  constructor(nowMs: number) {
    this.#lastMs = nowMs
  }

  /** Call it at least every 10 ms, and before using the time of anything that was received. */
  observe(nowMs: number): void {
    const gapMs = nowMs - this.#lastMs
    if (gapMs > MAX_GAP_MS) {
      if (this.#list.length >= MAX_PAUSES) this.#list = this.#list.slice(MAX_PAUSES / 2)
      this.#list.push({ fromMs: this.#lastMs, untilMs: nowMs })
      this.#count++
      this.#totalMs += gapMs
      this.#maxMs = Math.max(this.#maxMs, gapMs)
    }
    this.#lastMs = nowMs
  }

  /** The paused part of a time span, in ms. */
  within(fromMs: number, untilMs: number): number {
    const latest = this.#list.at(-1)
    if (latest === undefined || latest.untilMs <= fromMs) return 0
    let pausedMs = 0
    for (let index = this.#list.length - 1; index >= 0; index--) {
      const pause = this.#list[index]
      if (pause === undefined || pause.untilMs <= fromMs) break
      pausedMs += overlapMs(pause, fromMs, untilMs)
    }
    return pausedMs
  }

  /** The figures since the last reset. */
  get figures(): PauseFigures {
    return { count: this.#count, totalMs: this.#totalMs, maxMs: this.#maxMs }
  }

  /** The latest 5,000 to 10,000 pauses in order. They never overlap. */
  get list(): readonly Pause[] {
    return this.#list
  }

  /**
   * Starts the figures anew, with the pauses that ended after `sinceMs`. Earlier ones are remembered too:
   * something may be under way since before.
   */
  reset(sinceMs = Infinity): void {
    const lengths = this.#list
      .filter(({ untilMs }) => untilMs > sinceMs)
      .map(({ fromMs, untilMs }) => untilMs - fromMs)
    this.#count = lengths.length
    this.#totalMs = lengths.reduce((sum, lengthMs) => sum + lengthMs, 0)
    this.#maxMs = Math.max(0, ...lengths)
  }
}

/** Pauses that are reported one by one. */
const MAX_LONGEST = 100

/**
 * The longest pauses, in order of time; their times are since `sinceMs`.
 * @param pauses by `nowMs()`, in order; those that ended before `sinceMs` are left out.
 */
export function longestPauses(pauses: readonly Pause[], sinceMs: number): readonly LongPause[] {
  return longestOf(
    pauses
      .filter(({ untilMs }) => untilMs > sinceMs)
      .map(({ fromMs, untilMs }) => ({
        fromMs: Math.max(fromMs - sinceMs, 0),
        lengthMs: untilMs - fromMs,
      })),
  )
}

/** The longest 100, in order of time. */
export function longestOf(pauses: readonly LongPause[]): readonly LongPause[] {
  return pauses
    .toSorted((a, b) => b.lengthMs - a.lengthMs)
    .slice(0, MAX_LONGEST)
    .toSorted((a, b) => a.fromMs - b.fromMs)
}

/** Pauses of several processes as one list: in order, and without overlaps. */
export function mergePauses(lists: readonly (readonly Pause[])[]): readonly Pause[] {
  const merged: Pause[] = []
  for (const pause of lists.flat().toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1)
    if (last === undefined || pause.fromMs > last.untilMs) merged.push(pause)
    else if (pause.untilMs > last.untilMs) {
      merged[merged.length - 1] = { fromMs: last.fromMs, untilMs: pause.untilMs }
    }
  }
  return merged
}

/**
 * How much of a stretch of time was paused, in ms, for many stretches: each takes time logarithmic in
 * the number of pauses.
 * @param pauses in order and without overlaps, as of `mergePauses`.
 */
export function pausedWithin(
  pauses: readonly Pause[],
): (fromMs: number, untilMs: number) => number {
  const before = [0]
  for (const { fromMs, untilMs } of pauses) before.push((before.at(-1) ?? 0) + untilMs - fromMs)
  const until = (timeMs: number): number => {
    let low = 0
    let high = pauses.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((pauses[middle]?.fromMs ?? Infinity) < timeMs) low = middle + 1
      else high = middle
    }
    const current = pauses[low - 1]
    if (current === undefined) return 0
    return (before[low] ?? 0) - Math.max(current.untilMs - timeMs, 0)
  }
  return (fromMs, untilMs) => Math.max(until(untilMs) - until(fromMs), 0)
}

function overlapMs(pause: Pause, fromMs: number, untilMs: number): number {
  return Math.max(Math.min(pause.untilMs, untilMs) - Math.max(pause.fromMs, fromMs), 0)
}
