/**
 * By how much clocks of two machines may differ in speed: one is being adjusted at 500 ppm at most,
 * by NTP, and quartz is some 100 ppm off.
 */
const MAX_DRIFT = 0.001

/** Steps back that are not worth a word; a reader is right in spite of them, see `replica.ts`. */
const TOLERATED_MS = 100

/** Notices when the clock of Redis is set back, by comparing it with this process's monotonic one. */
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
   * @returns by how many ms it was set back at least since the reading before; 0 if it wasn't.
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
