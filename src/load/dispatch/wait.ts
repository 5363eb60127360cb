import { nowMs } from '../clock.ts'

/** The due time of the i-th request after the next one, by `nowMs()`; `Infinity` after the last. */
export type DueAfter = (i: number) => number

/** A way to wait for the next due request. Each load opens its own and closes it at the end. */
export interface Wait {
  /**
   * Lets the event loop go on until about `untilMs`, a time of `nowMs()`: pending I/O is let in even if
   * it has passed. May end early, so the caller must check the clock and wait again.
   * @param dueAfter the due times that follow, so that a technique can prepare for them.
   */
  until(untilMs: number, dueAfter?: DueAfter): Promise<void>
  /** Releases its resources and wakes up a pending wait. */
  close(): Promise<void>
}

/**
 * Sleeps by Node's timers, which count whole ms: about 0.5 ms late on a free event loop, at almost no
 * CPU cost.
 */
export function timer(untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const waitMs = untilMs - nowMs()
    if (waitMs <= 0) setImmediate(resolve)
    else setTimeout(resolve, waitMs)
  })
}

/**
 * Turns the event loop without sleeping: a few µs late, at the cost of a whole core. If the core is
 * shared, the system takes it away for many ms at a time, and the latest starts are later than a timer's.
 */
export function spin(untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const turn = (): void => {
      if (nowMs() >= untilMs) resolve()
      else setImmediate(turn)
    }
    setImmediate(turn)
  })
}

/** A timer wakes up late by up to 1 ms for its rounding and by what the system takes to wake a sleeper. */
const SPIN_MS = 2

/**
 * Sleeps until 2 ms before the due time, then spins: as punctual as spinning, for a sixth of a core at
 * 100 requests/s. Above 500/s no time is left to sleep, so it takes a whole core.
 */
export function hybrid(untilMs: number): Promise<void> {
  const sleepUntilMs = untilMs - SPIN_MS
  return sleepUntilMs > nowMs() ? timer(sleepUntilMs) : spin(untilMs)
}
