const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 30_000
/** How many messages per second may come again because a handler failed; a large one counts as several. */
const RETRIES_PER_SECOND = 500
const BYTES_PER_RETRY = 32 * 1024
/** How much later than planned a message may come again to keep to that, in seconds. */
const MAX_SHIFT_S = 600

/**
 * When a message that some did not handle comes again: after 250 ms, then at intervals that double up to
 * 30 s. If there are many, later: however many a failing handler has, others are not kept waiting.
 */
export class RetrySchedule {
  /** How many retries are planned for each second. */
  readonly #planned = new Map<number, number>()

  /**
   * @param attempts how often the message was delivered so far, at least 1.
   * @param bytes how large it is.
   * @param nowMs by `performance.now()`.
   * @returns after how long it should come again, in ms.
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
      // Seconds are entered in no strict order: one that is left over is forgotten a little later.
      if (second >= now) return
      this.#planned.delete(second)
    }
  }
}
