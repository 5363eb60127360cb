/**
 * Requests that a generator starts in a row, because it was late, until it has caught up with the
 * schedule: a perfectly paced schedule has batches of one.
 */
export class Batches {
  #size = 0
  #fromMs = 0
  #largest = 0
  #longestMs = 0

  /** Most requests in a batch. */
  get largest(): number {
    return this.#largest
  }

  /** The longest stretch of the schedule that was started in one batch, in ms. */
  get longestMs(): number {
    return this.#longestMs
  }

  /** A request that was due at `dueMs` is started. */
  add(dueMs: number): void {
    if (this.#size++ === 0) this.#fromMs = dueMs
    this.#largest = Math.max(this.#largest, this.#size)
    this.#longestMs = Math.max(this.#longestMs, dueMs - this.#fromMs)
  }

  /** Nothing that is due is left to be started. */
  end(): void {
    this.#size = 0
  }

  /** Starts the figures anew; a batch under way goes on. */
  reset(): void {
    this.#largest = this.#longestMs = 0
  }
}
