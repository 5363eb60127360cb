/** The longest stretch of a measurement without a success. */
export interface Unavailability {
  /**
   * In ms: from the intended start of the first request that was due after a success, to the next success, or to the
   * end. `null` if unknown, as in older files.
   */
  readonly unavailableMs: number | null
  /**
   * The same without what the generator may have caused: late starts, and its pauses. Of merged shards, the whole
   * seconds in which none of them had a success.
   */
  readonly unavailableAtLeastMs: number | null
}

/** The paused part of a time span, in ms. */
export type PausedWithin = (fromMs: number, untilMs: number) => number

/**
 * Watches how long nothing succeeds, in a few ns per request. A time in which nothing was due is not the system's
 * outage: a stretch begins with a request, not with the last success. Times are on one clock.
 */
export class Availability {
  readonly #pausedWithin: PausedWithin
  #lastOkMs = -Infinity
  /** The intended start of the first request due since the last success; NaN if none was. */
  #sinceMs = NaN
  /** When that request was started, or dropped. */
  #startedMs = NaN
  #longestMs = 0
  #leastMs = 0

  constructor(pausedWithin: PausedWithin = () => 0) {
    this.#pausedWithin = pausedWithin
  }

  /** A request is due, and is started or dropped now. */
  due(intendedAtMs: number, now: number): void {
    if (this.#sinceMs === this.#sinceMs) return
    // A late generator may come to it after a success of one that was due later.
    this.#sinceMs = intendedAtMs > this.#lastOkMs ? intendedAtMs : this.#lastOkMs
    this.#startedMs = now
  }

  succeed(now: number): void {
    this.#endStretch(now)
    this.#sinceMs = NaN
    this.#lastOkMs = now
  }

  /** @param now when requests were no longer waited for. */
  finish(now: number): { unavailableMs: number; unavailableAtLeastMs: number } {
    this.#endStretch(now)
    return { unavailableMs: this.#longestMs, unavailableAtLeastMs: this.#leastMs }
  }

  #endStretch(now: number): void {
    const lengthMs = now - this.#sinceMs
    if (lengthMs > this.#longestMs) this.#longestMs = lengthMs
    // Comparisons with NaN are false.
    if (now - this.#startedMs > this.#leastMs) this.#notePunctual(now)
  }

  #notePunctual(now: number): void {
    const lengthMs = now - this.#startedMs - this.#pausedWithin(this.#startedMs, now)
    if (lengthMs > this.#leastMs) this.#leastMs = lengthMs
  }
}
