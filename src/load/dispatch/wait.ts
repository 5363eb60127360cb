import { nowMs } from '../clock.ts'

/** The due time of the i-th request after the next one, by `nowMs()`; `Infinity` after the last. */
export type DueAfter = (i: number) => number

/** A way to wait for the next due request. Each load opens its own and closes it at the end. */
export interface Wait {
  /**
   * Lets the event loop go on until about `untilMs`, a time of `nowMs()`: pending I/O is let in even if
   * it has passed. May end early; who waits looks at the clock and asks again.
   * @param dueAfter what will be waited for next, for those that can prepare for it.
   */
  until(untilMs: number, dueAfter?: DueAfter): Promise<void>
  /** Gives back what was opened. Whoever waits still is woken up. */
  close(): Promise<void>
}

/**
 * Sleeps by Node's timers, which count in whole ms: late by about half of one on a free event loop,
 * and next to nothing of a core.
 */
export function timer(untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const waitMs = untilMs - nowMs()
    if (waitMs <= 0) setImmediate(resolve)
    else setTimeout(resolve, waitMs)
  })
}

/**
 * Turns the event loop without sleeping: late by a few µs, and a whole core. Where the core has to be
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
 * Sleeps but for the last 2 ms, which it spins: as punctual as spinning, for a sixth of a core at
 * 100 requests/s. Above 500/s there is nothing left to sleep through, and it takes a whole core too.
 */
export function hybrid(untilMs: number): Promise<void> {
  const sleepUntilMs = untilMs - SPIN_MS
  return sleepUntilMs > nowMs() ? timer(sleepUntilMs) : spin(untilMs)
}
