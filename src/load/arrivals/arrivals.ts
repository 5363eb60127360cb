import { formatCount } from '../../format.ts'
import { InputError } from '../../input-error.ts'

/** The most requests of one load: histograms count in 32 bits. */
export const MAX_REQUESTS = 2 ** 32 - 1

/**
 * When requests are due: a pure function from request number to intended start. Starts are
 * computed, never added up, so rounding can't drift; and they don't depend on how earlier
 * requests fare, so a slow system can't slow its own load (no coordinated omission).
 */
export interface Arrivals {
  /**
   * Intended start of request `k` (0, 1, 2 …), in fractional ms after the load begins.
   * Never decreases with `k`; `Infinity` past the last request of a finite schedule. Any order of
   * asking gives the same answers; ascending order is the fast one.
   */
  (k: number): number
  /** The name in reports, such as `constant 200/s`. */
  readonly label: string
}

/**
 * How many requests are due in the first `durationMs` of a schedule: the least `k` with
 * `arrivals(k) ≥ durationMs`, found by doubling and bisecting, so no schedule is ever laid out.
 * @param durationMs finite.
 * @throws InputError if there are more than `MAX_REQUESTS`.
 */
export function countDueBefore(arrivals: Arrivals, durationMs: number): number {
  let low = 0
  let high = 1
  while (arrivals(high - 1) < durationMs) {
    if (high > MAX_REQUESTS) {
      const most = formatCount(MAX_REQUESTS)
      throw new InputError(
        `${arrivals.label} for ${durationMs / 1_000} s: this is more than the maximum of ${most} requests per load. Lower the rate or the duration.`,
      )
    }
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
