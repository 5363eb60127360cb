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
    'a load of users has no rate to replace: response and think times decide how many requests it sends. Search the capacity of a load with arrivals, such as constant(100).',
  )
}

/** How the run changed a load from what its scenario says. */
export interface Adaptation {
  /**
   * This process made one shard of the load. Its SLOs are read and kept, and judged once all shards are
   * merged, because no shard has the throughput or the percentiles of the whole.
   */
  readonly isShard: boolean
  /** The rate that replaced the scenario's arrivals; `null` if none did. */
  readonly offer: Rescaling | null
}

/** The result of a load; without an adaptation, the load was made as written. */
export type AdaptedResult = LoadResult & Partial<Adaptation>

/** The SLO that applies to a load: as written, or scaled to the rate that it was offered. */
export function sloFor({ offer = null }: AdaptedResult, slo: Slos): Slos {
  return offer === null ? slo : scaleThroughput(slo, offer)
}
