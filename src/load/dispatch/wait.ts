/** The due time of the i-th request after the next one, by `nowMs()`; `Infinity` after the last. */
export type DueAfter = (i: number) => number

/** What a generator does until the next request is due: one per load, opened before it and closed after it. */
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
