import { countDueBefore, type Arrivals } from './arrivals/arrivals.ts'
import { numberInWhole, shard, type Shard } from './arrivals/shard.ts'

/** The requests of one load laid out in time: a warm-up, then the measurement. Nothing is stored a request. */
export interface Schedule {
  /** Requests of the warm-up; they are numbered first. */
  readonly warmUpCount: number
  /** All requests. */
  readonly total: number
  /** When the warm-up ends, on the clock of `startMs`. */
  readonly measureStartMs: number
  /** When request `k` is due, on the clock of `startMs`. */
  readonly dueAtMs: (k: number) => number
  /**
   * What request `k` is called among the requests of all shares, warm-ups included: the number it
   * would have if one generator ran them all, so no two requests of a sharded load have the same.
   */
  readonly numberOf: (k: number) => number
}

const WHOLE: Shard = { index: 0, of: 1 }

/**
 * The warm-up is the beginning of the arrivals; the measurement then runs them from their start,
 * so that what is measured is the schedule as written.
 * @param startMs when the warm-up begins, on any clock in ms.
 * @param share lays out one of several shares: those with the same other arguments are together
 * exactly the schedule without it.
 * @throws InputError for a share that doesn't exist.
 */
export function layOut(
  arrivals: Arrivals,
  startMs: number,
  warmUpMs: number,
  durationMs: number,
  share: Shard = WHOLE,
): Schedule {
  const shared = shard(arrivals, share)
  const warmUpCount = countDueBefore(shared, warmUpMs)
  const warmUpCountOfAll = countDueBefore(arrivals, warmUpMs)
  const measureStartMs = startMs + warmUpMs
  return {
    warmUpCount,
    total: warmUpCount + countDueBefore(shared, durationMs),
    measureStartMs,
    dueAtMs: (k) =>
      k < warmUpCount ? startMs + shared(k) : measureStartMs + shared(k - warmUpCount),
    numberOf: (k) =>
      k < warmUpCount
        ? numberInWhole(share, k)
        : warmUpCountOfAll + numberInWhole(share, k - warmUpCount),
  }
}
