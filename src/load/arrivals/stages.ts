import { checkedLater, type Fields } from '../check-fields.ts'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { checkArrivals, checkList, lengthMs } from './arguments.ts'
import { countDueBefore, type Arrivals } from './arrivals.ts'
import { pieceAt } from './arithmetic.ts'

/** Arrivals that last for a while. */
export interface Stage {
  readonly arrivals: Arrivals
  /** The length, > 0. */
  readonly for: Duration
}

const FIELDS: Fields<Stage> = { arrivals: checkedLater, for: checkedLater }

/**
 * Any arrivals, one after another, each from its beginning; the schedule ends with the last stage.
 *
 *     rate │     ╱│      │││ ││ │
 *          │   ╱  │──────│││ ││ │
 *          │ ╱    │      │││ ││ │
 *          └───────────────────────── time
 *            ramp  const.  poisson
 *
 * Stage i begins at T(i), the sum of the lengths before it, with request N(i), the number of
 * requests due in them:
 *
 *     start(k) = T(i) + startᵢ(k − N(i))    for N(i) ≤ k < N(i+1)
 *
 * As each stage has whole requests, a schedule of n stages may have up to n more than ∫rate; `steps`
 * has no such excess. A stage whose own schedule ends early is followed by a pause.
 *
 * @throws InputError without stages, for unknown options, a length of 0, or if no stage has a request.
 */
export function stages(list: readonly Stage[]): Arrivals {
  checkList(list, 'stages', FIELDS)
  const firsts = new Float64Array(list.length)
  const startsMs = new Float64Array(list.length)
  let total = 0
  let endMs = 0
  for (const [i, stage] of list.entries()) {
    const forMs = lengthMs(stage.for, `stages[${i}]: for`)
    checkArrivals(stage.arrivals, `stages[${i}]: arrivals`)
    firsts[i] = total
    startsMs[i] = endMs
    total += countDueBefore(stage.arrivals, forMs)
    endMs += forMs
  }
  if (total === 0) {
    throw new InputError('stages: no request is due. Give at least one stage that has requests.')
  }
  const start = (k: number): number => {
    if (k >= total) return Infinity
    const i = pieceAt(firsts, k)
    const stage = list[i]
    if (stage === undefined) return Infinity
    return (startsMs[i] ?? 0) + stage.arrivals(k - (firsts[i] ?? 0))
  }
  const label = list.map((stage) => `${stage.arrivals.label} for ${stage.for}`).join(', then ')
  return Object.assign(start, { label })
}
