import { checkedLater, type Fields } from '../check-fields.ts'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { checkList, lengthMs, rateFrom0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { pieceAt, requestsIn, wholeIfNear } from './arithmetic.ts'

/** One rate of several. */
export interface Step {
  /** Requests/s, ≥ 0; 0 is a pause. */
  readonly rate: number
  /** The length, > 0. */
  readonly for: Duration
}

const FIELDS: Fields<Step> = { rate: checkedLater, for: checkedLater }

/**
 * One rate after another; the schedule ends with the last step.
 *
 *     rate │          ┌─────┐
 *          │    ┌─────┘     │
 *          │────┘           └──
 *          └─────────────────── time
 *
 * Step i begins at T(i), the sum of the lengths before it, by which N(i) = Σ rate·length requests
 * are due. Request k is in the step with N(i) ≤ k < N(i+1), and
 *
 *     start(k) = T(i) + (k − N(i)) / rate(i)
 *
 * N(i) may be fractional: the spacing carries over from step to step, so the whole schedule is
 * never more than one request from the sum of its steps.
 *
 * @throws InputError without steps, for unknown options, a rate below 0, a length of 0, or if all rates are 0.
 */
export function steps(list: readonly Step[]): Arrivals {
  checkList(list, 'steps', FIELDS)
  const firsts = new Float64Array(list.length)
  const startsMs = new Float64Array(list.length)
  const msPerRequest = new Float64Array(list.length)
  let total = 0
  let endMs = 0
  for (const [i, step] of list.entries()) {
    const rate = rateFrom0(step.rate, `steps[${i}]: rate`)
    const forMs = lengthMs(step.for, `steps[${i}]: for`)
    firsts[i] = total
    startsMs[i] = endMs
    msPerRequest[i] = 1_000 / rate
    total = wholeIfNear(total + requestsIn(rate, forMs))
    endMs += forMs
  }
  if (total === 0) {
    throw new InputError('steps: no request is due. Give at least one step with a rate above 0.')
  }
  const start = (k: number): number => {
    if (k >= total) return Infinity
    const i = pieceAt(firsts, k)
    return (startsMs[i] ?? 0) + (k - (firsts[i] ?? 0)) * (msPerRequest[i] ?? 0)
  }
  const label = list.map((step) => `${step.rate}/s for ${step.for}`).join(', ')
  return Object.assign(start, { label: `steps ${label}` })
}
