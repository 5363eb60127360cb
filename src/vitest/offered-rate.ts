import { countDueBefore, type Arrivals } from '../load/arrivals/arrivals.ts'
import { constant } from '../load/arrivals/constant.ts'
import { InputError } from '../input-error.ts'
import type { LoadResult } from '../load/result.ts'
import { scaleThroughput, type Rescaling } from '../load/slo/scale-throughput.ts'
import type { Slos } from '../load/slo/slo.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Requests/s that replace every load's own arrivals, set by a capacity search. */
    offeredRate?: number
  }
}

/** Replaces a load's arrivals, and scales its throughput bounds to match. */
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

/** @throws InputError if a rate is offered to a load of users. */
export function refuseRate(): never {
  throw new InputError(
    'a load of users has no rate to replace: response and think times decide how many requests it sends. Search the capacity of a load with arrivals, such as constant(100).',
  )
}

/** How the run changed a load from its scenario. */
export interface Adaptation {
  /**
   * This process generated one shard of the load. Its SLOs are recorded, and judged once all shards are
   * merged, because no shard has the throughput or the percentiles of the whole.
   */
  readonly isShard: boolean
  /** The rate that replaced the scenario's arrivals; `null` if none did. */
  readonly offer: Rescaling | null
}

/** The result of a load; without an adaptation, the load was made as written. */
export type AdaptedResult = LoadResult & Partial<Adaptation>

/** The SLO that applies to a load: as written, or scaled to the offered rate. */
export function sloFor({ offer = null }: AdaptedResult, slo: Slos): Slos {
  return offer === null ? slo : scaleThroughput(slo, offer)
}
