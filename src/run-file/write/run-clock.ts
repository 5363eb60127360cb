import { nowMs } from '../../load/clock.ts'

/**
 * The times of one run. It begins by the system's clock and goes on by the monotonic one, so that a
 * clock that is set meanwhile changes no duration, and no run ends before it began.
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
