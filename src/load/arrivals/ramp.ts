import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { lengthMs, rateFrom0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { requestsIn } from './arithmetic.ts'

/**
 * A rate that grows or falls evenly, and then stays:
 *
 *     to   │      ╭─────────
 *          │    ╱
 *     from │  ╱
 *          └─────────────── time
 *            └over┘
 *
 * By time t ≤ T = `over`, N(t) = from·t + (to − from)·t² / 2T requests are due. Request k is due
 * when N(t) = k, and solving for t in the form that loses no digits where the slope is small:
 *
 *     start(k) = 2k / (from + √(from² + 2k·(to − from) / T))    for k < N(T)
 *     start(k) = T + (k − N(T)) / to                            afterwards
 *
 * A ramp down to 0 ends there.
 *
 * @param from requests/s at the beginning, ≥ 0.
 * @param to requests/s at the end and from then on, ≥ 0; one of the two is > 0.
 * @param over how long the rate changes, > 0.
 * @throws InputError for any other figures.
 */
export function ramp(from: number, to: number, over: Duration): Arrivals {
  rateFrom0(from, 'ramp: from')
  rateFrom0(to, 'ramp: to')
  const overMs = lengthMs(over, 'ramp: over')
  if (from === 0 && to === 0) {
    throw new InputError('ramp: from and to are both 0. Give one of them a rate above 0.')
  }
  const requestsOfRamp = requestsIn((from + to) / 2, overMs)
  const gainPerRequest = (2_000 * (to - from)) / overMs
  const start = (k: number): number => {
    if (k === 0 && to > 0) return 0
    if (k >= requestsOfRamp) return overMs + ((k - requestsOfRamp) * 1_000) / to
    return (2_000 * k) / (from + Math.sqrt(from * from + k * gainPerRequest))
  }
  const ended = (k: number): number => (k < requestsOfRamp ? start(k) : Infinity)
  return Object.assign(to === 0 ? ended : start, {
    label: `ramp ${from}/s to ${to}/s over ${over}`,
  })
}
