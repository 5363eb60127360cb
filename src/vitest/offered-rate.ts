import { countDueBefore, type Arrivals } from '../load/arrivals/arrivals.ts'
import { constant } from '../load/arrivals/constant.ts'
import { InputError } from '../input-error.ts'
import type { LoadResult } from '../load/result.ts'
import { scaleThroughput, type Rescaling } from '../load/slo/scale-throughput.ts'
import type { Slos } from '../load/slo/slo.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Requests/s that every load gets instead of its own arrivals, as a search for the capacity has it. */
    offeredRate?: number
  }
}

/** What a load is offered in place of its own arrivals, and how its throughput bounds follow. */
export interface Offer extends Rescaling {
  readonly arrivals: Arrivals
}

/** @param durationMs over which the load's own arrivals and the offered ones are counted. */
export function offerOf(own: Arrivals, ratePerSecond: number, durationMs: number): Offer {
  const arrivals = constant(ratePerSecond)
  return {
    arrivals,
    own: countDueBefore(own, durationMs),
    offered: countDueBefore(arrivals, durationMs),
  }
}

/** @throws InputError for a load of users, when a rate is offered. */
export function refuseRate(): never {
  throw new InputError(
    'a load of users has no rate to be replaced by another: how many requests it sends follows from answers and think times. Search the capacity of a load with arrivals, such as constant(100).',
  )
}

const offers = new WeakMap<LoadResult, Rescaling>()

/** Notes that a load was made at another rate than its own. */
export function wasOffered(result: LoadResult, offer: Rescaling): void {
  offers.set(result, offer)
}

/** An SLO as it applies to a load: as written, or for the rate that it was offered. */
export function sloFor(result: LoadResult, slo: Slos): Slos {
  const offer = offers.get(result)
  return offer === undefined ? slo : scaleThroughput(slo, offer)
}
