const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 30_000
/** How many messages per second are retried because a handler failed; a large one counts as several. */
const RETRIES_PER_SECOND = 500
const BYTES_PER_RETRY = 32 * 1024
/** How much later than planned a retry may be to stay within that rate, in seconds. */
const MAX_SHIFT_S = 600

/**
 * When a message is retried after a handler failed: after 250 ms, then at intervals that double up to
 * 30 s. Many retries are spread out further, so that a failing handler does not delay others.
 */
export class RetrySchedule {
  /** How many retries are planned per second. */
  readonly #planned = new Map<number, number>()

  /**
   * @param attempts how often the message was delivered so far, at least 1.
   * @param bytes how large it is.
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
      // Seconds are not entered in strict order: a leftover is dropped a little later.
      if (second >= now) return
      this.#planned.delete(second)
    }
  }
}
