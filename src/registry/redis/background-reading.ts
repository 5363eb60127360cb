/** How often a replica in use reads the log without a call, in ms. */
const READ_EVERY_MS = 1000

/** Minimum pause after a read, as a multiple of its duration: leaves time to a slow server or process. */
const PAUSE_BY_READING = 4

/** How long after the last call reading continues, in ms. */
const IDLE_AFTER_MS = 300_000

/**
 * Keeps a replica up to date between calls, so the next call has no long log to apply and does not find
 * the log trimmed. It stops five minutes after the last call, and does not keep a process alive.
 */
export class BackgroundReading {
  readonly #read: () => Promise<void>
  #timer: NodeJS.Timeout | null = null
  #usedAtMs = -Infinity
  #readAtMs = -Infinity
  #isStopped = false

  /** @param read reads the log; calls report its failures. */
  constructor(read: () => Promise<void>) {
    this.#read = read
  }

  /** Notes a call. */
  use(): void {
    this.#usedAtMs = this.#readAtMs = performance.now()
    if (this.#timer === null && !this.#isStopped) this.#schedule(READ_EVERY_MS)
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => void this.#turn(), delayMs)
    this.#timer.unref()
  }

  async #turn(): Promise<void> {
    const dueMs = this.#readAtMs + READ_EVERY_MS - performance.now()
    if (dueMs > 0) return this.#schedule(dueMs)
    if (performance.now() - this.#usedAtMs > IDLE_AFTER_MS) {
      this.#timer = null
      return
    }
    const beganAtMs = performance.now()
    await this.#read().catch(() => {})
    this.#readAtMs = performance.now()
    const pauseMs = PAUSE_BY_READING * (this.#readAtMs - beganAtMs)
    if (!this.#isStopped) this.#schedule(Math.max(READ_EVERY_MS, pauseMs))
  }
}
