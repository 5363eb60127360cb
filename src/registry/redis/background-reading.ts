/** How often a replica in use reads on by itself, in ms, if no call makes it read. */
const READ_EVERY_MS = 1000

/** It pauses at least for so many times as long as it read, however little the server or the process can do. */
const PAUSE_BY_READING = 4

/** For how long after the last call it does, in ms. */
const IDLE_AFTER_MS = 300_000

/**
 * Keeps a replica up to date between calls, so that the next call neither has a long log to apply nor finds
 * that the log no longer reaches back. It stops once nothing was called for five minutes, and does
 * not keep a process alive.
 */
export class BackgroundReading {
  readonly #read: () => Promise<void>
  #timer: NodeJS.Timeout | null = null
  #usedAtMs = -Infinity
  #readAtMs = -Infinity
  #isStopped = false

  /** @param read reads on; its failures are for calls to report. */
  constructor(read: () => Promise<void>) {
    this.#read = read
  }

  /** Notes that a call reads. */
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
