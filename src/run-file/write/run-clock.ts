import { nowMs } from '../../load/clock.ts'

/**
 * The clock of one run. It starts at the system's time and continues by the monotonic clock, so that setting the
 * system's clock changes no duration, and no run ends before it began.
 */
export class RunClock {
  readonly startedAt = new Date()
  readonly #startMs = nowMs()

  /** Since the start, in ms; ≥ 0. */
  get elapsedMs(): number {
    return nowMs() - this.#startMs
  }

  now(): Date {
    return new Date(this.startedAt.getTime() + this.elapsedMs)
  }
}
