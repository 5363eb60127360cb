import { rateAbove0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'

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
  rateAbove0(ratePerSecond, 'constant: rate')
  return Object.assign((k: number) => (k * 1_000) / ratePerSecond, {
    label: `constant ${ratePerSecond}/s`,
  })
}
