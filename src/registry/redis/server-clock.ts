/**
 * Maximum difference in speed between the clocks of two machines: NTP slews by up to 500 ppm, and quartz
 * is off by about 100 ppm.
 */
const MAX_DRIFT = 0.001

/** Steps back of up to this, in ms, cause no warning; readers stay correct, see `replica.ts`. */
const TOLERATED_MS = 100

/** Detects when the clock of Redis is set back, by comparing it with this process's monotonic clock. */
export class ServerClock {
  #timeMs = -Infinity
  #receivedAtMs = 0

  /** Unix ms by the clock of Redis when it was last read. */
  get timeMs(): number {
    return this.#timeMs
  }

  /** When that was, by `performance.now()`. */
  get receivedAtMs(): number {
    return this.#receivedAtMs
  }

  /**
   * Takes a reading.
   * @param timeMs Unix ms by the clock of Redis, taken between sending and receiving.
   * @param sentAtMs, receivedAtMs monotonic ms.
   * @returns by how many ms, at least, the clock was set back since the previous reading; 0 if it wasn't.
   */
  observe(timeMs: number, sentAtMs: number, receivedAtMs: number): number {
    const passedMs = Math.max(0, sentAtMs - this.#receivedAtMs)
    const steppedBackMs = this.#timeMs + passedMs - timeMs
    const isStep = timeMs < this.#timeMs || steppedBackMs > TOLERATED_MS + passedMs * MAX_DRIFT
    this.#timeMs = timeMs
    this.#receivedAtMs = receivedAtMs
    return isStep ? steppedBackMs : 0
  }
}
