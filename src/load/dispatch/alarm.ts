import { nowMs } from '../clock.ts'
import { spin, type Wait } from './wait.ts'

/**
 * Before a time, in ms, a `Wait` sees to it that it is met: a timer may be late by as much. A wait can't
 * be ended sooner, so it is kept short.
 */
const PRECISE_MS = 2

/** Waits for a time that may be brought forward, for example by the answer to the next user's request. */
export class Alarm {
  readonly #wait: Wait
  /** The precise wait under way. */
  #pending: { readonly untilMs: number; readonly over: Promise<void> } | null = null
  #untilMs = -Infinity
  #ring: () => void = () => {}

  constructor(wait: Wait) {
    this.#wait = wait
  }

  /**
   * Resolves at about `timeMs`, sooner after `bringForward`, and may do so early: who waits looks at the
   * clock and asks again. I/O is let in, also if the time has passed. One at a time.
   */
  until(timeMs: number): Promise<void> {
    this.#untilMs = timeMs
    const sleepMs = timeMs - PRECISE_MS - nowMs()
    if (sleepMs > 0) return this.#sleep(sleepMs)
    if (this.#pending !== null && timeMs < this.#pending.untilMs) return spin(timeMs)
    const { over } = (this.#pending ??= this.#open(timeMs))
    const rung = new Promise<void>((resolve) => {
      // Not at once: an operation that answers without I/O would never let any in.
      this.#ring = () => setImmediate(resolve)
    })
    return Promise.race([over, rung])
  }

  /** Something is due at `timeMs`: ends the present `until` if that is sooner. */
  bringForward(timeMs: number): void {
    if (timeMs >= this.#untilMs) return
    this.#untilMs = timeMs
    this.#ring()
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const sleep = setTimeout(resolve, ms)
      this.#ring = () => {
        clearTimeout(sleep)
        setImmediate(resolve)
      }
    })
  }

  #open(untilMs: number): { readonly untilMs: number; readonly over: Promise<void> } {
    const over = this.#wait.until(untilMs).then(() => {
      this.#pending = null
    })
    return { untilMs, over }
  }
}
