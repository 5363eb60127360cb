import { checkedLater, checkFields, type Fields } from '../check-fields.ts'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { lengthMs, rateAbove0, rateFrom0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { requestsIn, wholeIfNear } from './arithmetic.ts'

/** Bursts that repeat. */
export interface Burst {
  /** Requests/s within a burst, > 0. */
  readonly rate: number
  /** The length of a burst, > 0. */
  readonly for: Duration
  /** The time between the starts of two bursts, ≥ `for`. */
  readonly every: Duration
  /** Requests/s between bursts, ≥ 0. Default 0. */
  readonly base?: number
}

const FIELDS: Fields<Burst> = {
  rate: checkedLater,
  for: checkedLater,
  every: checkedLater,
  base: checkedLater,
}

/**
 * Bursts at regular intervals, the first at once, and a base rate between them; without end.
 *
 *     rate │───┐       ┌───┐       ┌───
 *          │   │       │   │       │
 *     base │   └───────┘   └───────┘
 *          └──────────────────────────── time
 *           └for┘
 *           └── every ─┘
 *
 * A burst has B = rate·for requests, a cycle C = B + base·(every − for). Request k is the n-th,
 * n = k mod C, of cycle c = ⌊k / C⌋:
 *
 *     start(k) = c·every + n / rate                 for n < B
 *     start(k) = c·every + for + (n − B) / base     otherwise
 *
 * C may be fractional: the spacing carries over from cycle to cycle.
 *
 * @throws InputError for figures out of range, and for unknown options.
 */
export function burst(options: Burst): Arrivals {
  checkFields(options, 'burst', FIELDS)
  const { base = 0 } = options
  const rate = rateAbove0(options.rate, 'burst: rate')
  const burstMs = lengthMs(options.for, 'burst: for')
  const cycleMs = lengthMs(options.every, 'burst: every')
  rateFrom0(base, 'burst: base')
  if (cycleMs < burstMs) {
    throw new InputError(
      `burst: every "${options.every}" must be at least as long as for "${options.for}".`,
    )
  }
  const inBurst = requestsIn(rate, burstMs)
  const inCycle = wholeIfNear(inBurst + requestsIn(base, cycleMs - burstMs))
  const start = (k: number): number => {
    const cycle = Math.floor(wholeIfNear(k / inCycle))
    const n = Math.max(k - cycle * inCycle, 0)
    const sinceMs = n < inBurst ? (n * 1_000) / rate : burstMs + ((n - inBurst) * 1_000) / base
    return cycle * cycleMs + sinceMs
  }
  const between = base === 0 ? '' : `, ${base}/s between`
  return Object.assign(start, {
    label: `burst ${rate}/s for ${options.for} every ${options.every}${between}`,
  })
}
