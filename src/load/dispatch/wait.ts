/**
 * Lets the event loop go on until about `untilMs`, a time of `nowMs()`: pending I/O is let in even if
 * it has passed. May end early; who waits looks at the clock and asks again.
 */
export type Wait = (untilMs: number) => Promise<void>
