const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 30_000
/** Maximum number of retries per second; a large message counts as several. */
const RETRIES_PER_SECOND = 500
const BYTES_PER_RETRY = 32 * 1024
/** Maximum delay of a retry to stay within that rate, in seconds. */
const MAX_SHIFT_S = 600

/**
 * Schedules retries after a handler failed: after 250 ms, then at intervals that double up to 30 s. Many
 * retries are spread out further, so a failing handler doesn't delay others.
 */
export class RetrySchedule {
  /** The number of planned retries by second. */
  readonly #planned = new Map<number, number>()

  /**
   * @param attempts deliveries of the message so far, ≥ 1.
   * @param bytes the size of the message.
   * @param nowMs by `performance.now()`.
   * @returns the delay until the retry, in ms.
   */
  nextDelayMs(attempts: number, bytes: number, nowMs: number): number {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 16), MAX_RETRY_MS)
    this.#forgetBefore(Math.floor(nowMs / 1_000))
    const due = Math.floor((nowMs + delayMs) / 1_000)
    let second = due
    while (second < due + MAX_SHIFT_S && this.#plannedIn(second) >= RETRIES_PER_SECOND) second += 1
    this.#planned.set(second, this.#plannedIn(second) + Math.max(1, bytes / BYTES_PER_RETRY))
    return delayMs + (second - due) * 1_000
  }

  #plannedIn(second: number): number {
    return this.#planned.get(second) ?? 0
  }

  #forgetBefore(now: number): void {
    for (const second of this.#planned.keys()) {
      // Seconds are not in strict order, so leftovers are dropped a little later.
      if (second >= now) return
      this.#planned.delete(second)
    }
  }
}
