import { InputError } from './input-error.ts'

/**
 * When requests are due: a pure function from request number to intended start. Starts are
 * computed, never added up, so rounding can't drift; and they don't depend on how earlier
 * requests fare, so a slow system can't slow its own load (no coordinated omission).
 */
export interface Arrivals {
  /**
   * Intended start of request `k` (0, 1, 2 …), in fractional ms after the load begins.
   * Never decreases with `k`; `Infinity` past the last request of a finite schedule.
   */
  (k: number): number
  /** What reports call it, e.g. `constant 200/s`. */
  readonly label: string
}

/**
 * The same rate throughout: `start(k) = k / rate`.
 *
 *     rate │────────────────
 *          └──────────────── time
 *
 * @param ratePerSecond requests/s, > 0 and finite.
 * @throws InputError for any other rate.
 */
export function constant(ratePerSecond: number): Arrivals {
  if (!Number.isFinite(ratePerSecond) || ratePerSecond <= 0) {
    throw new InputError(`rate: ${ratePerSecond} requests/s can't be sent. Give a number above 0.`)
  }
  return Object.assign((k: number) => (k * 1_000) / ratePerSecond, {
    label: `constant ${ratePerSecond}/s`,
  })
}

/**
 * How many requests are due in the first `durationMs` of a schedule: the least `k` with
 * `arrivals(k) ≥ durationMs`, found by doubling and bisecting, so no schedule is ever laid out.
 */
export function countDueBefore(arrivals: Arrivals, durationMs: number): number {
  let low = 0
  let high = 1
  while (arrivals(high - 1) < durationMs) {
    low = high
    high *= 2
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (arrivals(middle) < durationMs) low = middle + 1
    else high = middle
  }
  return low
}
