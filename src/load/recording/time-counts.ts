import type { Histogram } from 'hdr-histogram-js'
import { LARGEST_TIME_US, newTimeHistogram } from './histogram.ts'

/** Exact to the µs below this; above, each doubling of the time is counted in 1,024 steps. */
const UNIT_STEPS = 2_048
const STEPS_BITS = 10
const STEPS = 1 << STEPS_BITS
/** A bucket for each step of each doubling up to 2³¹ µs: 88 KiB of 32-bit counts. */
const BUCKETS = (Math.log2(LARGEST_TIME_US + 1) - STEPS_BITS + 1) * STEPS

/**
 * Counts times while a load runs: the buckets of `newTimeHistogram()`, filled at a fraction of its
 * cost, and without the figures it keeps beside them. Up to 2³² − 1 times a bucket.
 *
 *     bucket │0 … 2,047│2,048 … 3,071│3,072 … 4,095│ …
 *     times  │0 … 2,047│2,048 … 4,095│4,096 … 8,191│ …   µs
 *     step   │    1    │      2      │      4      │ …   µs
 *
 * Layout: HdrHistogram, https://github.com/HdrHistogram/HdrHistogram, for 1 µs to 2³¹ − 1 µs at 3
 * significant digits.
 */
export class TimeCounts {
  readonly #counts = new Uint32Array(BUCKETS)

  /** Counts a time in ms, rounded to the µs. Times out of range count as the nearest one in it. */
  record(ms: number, times = 1): void {
    const bucket = bucketOf(Math.min(Math.max(Math.round(ms * 1_000), 0), LARGEST_TIME_US))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times
  }

  /** Adds all of another's counts. */
  add(other: TimeCounts): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = other.#counts[bucket] ?? 0
      if (count > 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    }
  }

  reset(): void {
    this.#counts.fill(0)
  }

  /** A histogram of times in µs, equal in every bucket: for percentiles, storing and merging. */
  toHistogram(): Histogram {
    const histogram = newTimeHistogram()
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] ?? 0
      if (count > 0) histogram.recordValueWithCount(shortestIn(bucket), count)
    }
    return histogram
  }
}

/** The bucket of a time, a whole number of µs in the range. */
function bucketOf(us: number): number {
  const doublings = 31 - STEPS_BITS - Math.clz32(us | (UNIT_STEPS - 1))
  return (doublings << STEPS_BITS) + (us >>> doublings)
}

/** The shortest time that a bucket counts, in µs. */
function shortestIn(bucket: number): number {
  if (bucket < UNIT_STEPS) return bucket
  const doublings = (bucket >>> STEPS_BITS) - 1
  return ((bucket & (STEPS - 1)) + STEPS) << doublings
}
