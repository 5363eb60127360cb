import { countDueBefore, type Arrivals } from './arrivals/arrivals.ts'

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
}

/**
 * The warm-up is the beginning of the arrivals; the measurement then runs them from their start,
 * so that what is measured is the schedule as written.
 * @param startMs when the warm-up begins, on any clock in ms.
 */
export function layOut(
  arrivals: Arrivals,
  startMs: number,
  warmUpMs: number,
  durationMs: number,
): Schedule {
  const warmUpCount = countDueBefore(arrivals, warmUpMs)
  const measureStartMs = startMs + warmUpMs
  return {
    warmUpCount,
    total: warmUpCount + countDueBefore(arrivals, durationMs),
    measureStartMs,
    dueAtMs: (k) =>
      k < warmUpCount ? startMs + arrivals(k) : measureStartMs + arrivals(k - warmUpCount),
  }
}
