import type { Histogram } from 'hdr-histogram-js'
import { MAX_TIME_US, newTimeHistogram, type Times } from './histogram.ts'
import { rankOf } from './rank.ts'
import type { ExactCounts } from './exact-counts.ts'
import { sparseBucketOf, sparseOf, type SparseCounts } from './sparse-counts.ts'

/** Exact to the µs below this; above, each doubling of the time is counted in 1,024 steps. */
const UNIT_STEPS = 2_048
const STEPS_BITS = 10
const STEPS = 1 << STEPS_BITS
/** A page of buckets for each doubling up to 2³¹ µs, and one for the first 1,024 µs. */
const PAGES = Math.log2(MAX_TIME_US + 1) - STEPS_BITS + 1
/** The number of buckets: 88 KiB of 32-bit counts. */
export const BUCKETS = PAGES * STEPS

/**
 * Counts times while a load runs: the buckets of `newTimeHistogram()`, filled at a fraction of its
 * cost, and without the figures it keeps beside them. Up to 2³² − 1 times per bucket.
 *
 *     page   │         0 and 1         │      2      │      3      │ …
 *     bucket │        0 … 2,047        │2,048 … 3,071│3,072 … 4,095│ …
 *     times  │        0 … 2,047        │2,048 … 4,095│4,096 … 8,191│ …   µs
 *     step   │            1            │      2      │      4      │ …   µs
 *
 * The times of a system lie in a few pages, and only these are ever walked: a percentile takes less
 * than 1 µs, adding or resetting a few.
 *
 * Layout: HdrHistogram, https://github.com/HdrHistogram/HdrHistogram, for 1 µs to 2³¹ − 1 µs at 3
 * significant digits.
 */
export class TimeCounts implements Times {
  readonly #counts = new Uint32Array(BUCKETS)
  /** The number of times in each page. */
  readonly #inPage = new Float64Array(PAGES)

  /** Counts a time in ms, rounded to the µs. Times out of range count as the nearest one in it. */
  record(ms: number, times = 1): void {
    const bucket = bucketOf(Math.min(Math.max(Math.round(ms * 1_000), 0), MAX_TIME_US))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times
    const page = bucket >>> STEPS_BITS
    this.#inPage[page] = (this.#inPage[page] ?? 0) + times
  }

  /** Adds all of another's counts. */
  add(other: TimeCounts): void {
    for (const [page, inPage] of other.#inPage.entries()) {
      if (inPage === 0) continue
      this.#inPage[page] = (this.#inPage[page] ?? 0) + inPage
      const end = (page + 1) * STEPS
      for (let bucket = page * STEPS; bucket < end; bucket++) {
        const count = other.#counts[bucket] ?? 0
        if (count > 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
      }
    }
  }

  reset(): void {
    for (const [page, inPage] of this.#inPage.entries()) {
      if (inPage > 0) this.#counts.fill(0, page * STEPS, (page + 1) * STEPS)
    }
    this.#inPage.fill(0)
  }

  /** The number of times counted. */
  get totalCount(): number {
    let total = 0
    for (const inPage of this.#inPage) total += inPage
    return total
  }

  /**
   * The longest time, in µs, of the bucket that a percentile is in, by nearest rank; 0 if nothing was
   * counted. The same as of the histogram.
   * @param percentile above 0, at most 100.
   */
  getValueAtPercentile(percentile: number): number {
    const total = this.totalCount
    if (total === 0) return 0
    const rank = rankOf(percentile, total)
    let counted = 0
    for (const [page, inPage] of this.#inPage.entries()) {
      if (counted + inPage < rank) {
        counted += inPage
        continue
      }
      for (let bucket = page * STEPS; ; bucket++) {
        counted += this.#counts[bucket] ?? 0
        if (counted >= rank) return shortestIn(bucket + 1) - 1
      }
    }
    return MAX_TIME_US
  }

  /** The times at 16 buckets per doubling. Takes a few µs. */
  toSparse(): SparseCounts {
    const counts = new Map<number, number>()
    for (const [page, inPage] of this.#inPage.entries()) {
      if (inPage === 0) continue
      const end = (page + 1) * STEPS
      for (let bucket = page * STEPS; bucket < end; bucket++) {
        const count = this.#counts[bucket] ?? 0
        if (count === 0) continue
        const coarse = sparseBucketOf(shortestIn(bucket))
        counts.set(coarse, (counts.get(coarse) ?? 0) + count)
      }
    }
    return sparseOf(counts)
  }

  /** Every count. Takes a few µs. */
  toExact(): ExactCounts {
    const counts: number[] = []
    for (const [page, inPage] of this.#inPage.entries()) {
      if (inPage === 0) continue
      const end = (page + 1) * STEPS
      for (let bucket = page * STEPS; bucket < end; bucket++) {
        const count = this.#counts[bucket] ?? 0
        if (count > 0) counts.push(bucket, count)
      }
    }
    return counts
  }

  /** A histogram of times in µs, equal in every bucket: for storing and merging. */
  toHistogram(): Histogram {
    const histogram = newTimeHistogram()
    for (const [page, inPage] of this.#inPage.entries()) {
      if (inPage === 0) continue
      const end = (page + 1) * STEPS
      for (let bucket = page * STEPS; bucket < end; bucket++) {
        const count = this.#counts[bucket] ?? 0
        if (count > 0) histogram.recordValueWithCount(shortestIn(bucket), count)
      }
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
export function shortestIn(bucket: number): number {
  if (bucket < UNIT_STEPS) return bucket
  const doublings = (bucket >>> STEPS_BITS) - 1
  return ((bucket & (STEPS - 1)) + STEPS) * (1 << doublings)
}
