import { countDueBefore, type Arrivals } from '../arrivals/arrivals.ts'
import { numberInWhole, shardOf, WHOLE, type Shard } from '../arrivals/shard.ts'

/** The requests of one load laid out in time: a warm-up, then the measurement. Nothing is stored per request. */
export interface Schedule {
  /** Requests of the warm-up; they are numbered first. */
  readonly warmUpCount: number
  /** All requests. */
  readonly total: number
  /** The end of the warm-up, on the clock of `startMs`. */
  readonly measureStartMs: number
  /** The due time of request `k`, on the clock of `startMs`. */
  readonly dueAtMs: (k: number) => number
  /**
   * What request `k` is called among the requests of all shards, warm-ups included: the number it
   * would have if one generator ran them all, so no two requests of a sharded load have the same.
   * A shard's numbers are those that leave its index when divided by the number of shards.
   */
  readonly numberOf: (k: number) => number
}

/**
 * The warm-up is the beginning of the arrivals; the measurement then runs them from their start,
 * so that the schedule is measured as written.
 * @param startMs when the warm-up begins, on any clock in ms.
 * @param shard lays out one of several shards: those with the same other arguments are together
 * exactly the schedule without it.
 * @throws InputError for a shard that doesn't exist.
 */
export function layOut(
  arrivals: Arrivals,
  startMs: number,
  warmUpMs: number,
  durationMs: number,
  shard: Shard = WHOLE,
): Schedule {
  const { index, of } = shard
  const warmUp = shardOf(arrivals, shard)
  const warmUpCount = countDueBefore(warmUp, warmUpMs)
  const warmUpCountOfAll = countDueBefore(arrivals, warmUpMs)
  // The measurement goes on in the round where the warm-up ended.
  const turn = (index + of - (warmUpCountOfAll % of)) % of
  const measured = shardOf(arrivals, { index: turn, of })
  const measureStartMs = startMs + warmUpMs
  return {
    warmUpCount,
    total: warmUpCount + countDueBefore(measured, durationMs),
    measureStartMs,
    dueAtMs: (k) =>
      k < warmUpCount ? startMs + warmUp(k) : measureStartMs + measured(k - warmUpCount),
    numberOf: (k) => numberInWhole(shard, k),
  }
}

/** The number of measured requests due before a time on the clock of `startMs`. */
export function countMeasuredBefore(schedule: Schedule, untilMs: number): number {
  const { warmUpCount, total, dueAtMs } = schedule
  let low = warmUpCount
  let high = total
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (dueAtMs(middle) < untilMs) low = middle + 1
    else high = middle
  }
  return low - warmUpCount
}
