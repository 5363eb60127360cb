import { isCount } from '../is-count.ts'
import { rankOf } from './rank.ts'

/**
 * A coarse histogram of times, small enough to keep one per second and operation: alternating
 * `gap, count, gap, count, …`, one pair for each bucket that isn't empty, in order. `gap` is the number of
 * buckets since the previous pair's, and for the first pair its bucket.
 *
 * Times below 32 µs have a bucket per µs. Above, each doubling of the time has 16, so a bucket is at most
 * 6.25 % wide:
 *
 *     bucket │ 0 … 31 │ 32 … 47 │ 48 … 63  │ …  │ 432 … 447
 *     times  │ 0 … 31 │ 32 … 63 │ 64 … 127 │ …  │ up to 2³¹ − 1   µs
 *     step   │   1    │    2    │    4     │ …  │ 2²⁶             µs
 *
 * Layout: as HdrHistogram, at 16 instead of 1,024 steps per doubling. Its buckets are unions of those of
 * `TimeCounts`, so nothing is lost but the resolution.
 */
export type SparseCounts = readonly number[]

/** Exact to the µs below this. */
const UNIT_STEPS = 32
const STEPS_BITS = 4
const STEPS = 1 << STEPS_BITS

/** The number of buckets: times up to 2³¹ − 1 µs. */
export const SPARSE_BUCKETS = (31 - STEPS_BITS + 1) * STEPS

/** The bucket of a time, a whole number of µs from 0 to 2³¹ − 1. */
export function sparseBucketOf(us: number): number {
  const doublings = 31 - STEPS_BITS - Math.clz32(us | (UNIT_STEPS - 1))
  return (doublings << STEPS_BITS) + (us >>> doublings)
}

/** The times that a bucket counts, in ms: from `fromMs`, and below `toMs`. */
export interface TimeBucket {
  readonly fromMs: number
  readonly toMs: number
  /** Times in it, ≥ 1. */
  readonly count: number
}

/** The buckets that aren't empty, in order of time. */
export function bucketsOf(counts: SparseCounts): readonly TimeBucket[] {
  return [...pairsOf(counts)].map(timeBucketOf)
}

/** The number of times counted. */
export function totalOfSparse(counts: SparseCounts): number {
  let total = 0
  for (let i = 1; i < counts.length; i += 2) total += counts[i] ?? 0
  return total
}

/** Adds histograms up, without loss; `[]` for none. */
export function sumOfSparse(all: Iterable<SparseCounts>): SparseCounts {
  const sum = new Map<number, number>()
  for (const counts of all) {
    for (const [bucket, count] of pairsOf(counts)) sum.set(bucket, (sum.get(bucket) ?? 0) + count)
  }
  return sparseOf([...sum].toSorted(([a], [b]) => a - b))
}

/** Buckets with their counts, in order and without repetitions, in sparse form. */
export function sparseOf(pairs: Iterable<Pair>): SparseCounts {
  const counts: number[] = []
  let previous = 0
  for (const [bucket, count] of pairs) {
    counts.push(bucket - previous, count)
    previous = bucket
  }
  return counts
}

/**
 * The bucket that holds a percentile, by nearest rank: the percentile is in it. `null` if nothing was counted.
 * @param percentile above 0, at most 100.
 */
export function bucketAtPercentile(counts: SparseCounts, percentile: number): TimeBucket | null {
  const total = totalOfSparse(counts)
  if (total === 0) return null
  const rank = rankOf(percentile, total)
  let counted = 0
  for (const pair of pairsOf(counts)) {
    counted += pair[1]
    if (counted >= rank) return timeBucketOf(pair)
  }
  return null
}

/** The middle of the bucket of a percentile, in ms: at most 3 % off. `null` if nothing was counted. */
export function roughPercentileMs(counts: SparseCounts, percentile: number): number | null {
  const bucket = bucketAtPercentile(counts, percentile)
  return bucket === null ? null : (bucket.fromMs + bucket.toMs) / 2
}

/** Whether data is a sparse histogram: pairs of whole numbers, each of a later bucket, none of them empty. */
export function isSparseCounts(data: unknown): data is SparseCounts {
  if (!Array.isArray(data) || data.length % 2 === 1 || data.length > 2 * SPARSE_BUCKETS)
    return false
  let bucket = 0
  for (let i = 0; i < data.length; i += 2) {
    const [gap, count]: unknown[] = [data[i], data[i + 1]]
    if (!isCount(gap) || !isCount(count) || count === 0 || (gap === 0 && i > 0)) return false
    bucket += gap
    if (bucket >= SPARSE_BUCKETS) return false
  }
  return true
}

/** A bucket that isn't empty. */
type Pair = readonly [bucket: number, count: number]

function timeBucketOf([bucket, count]: Pair): TimeBucket {
  return { fromMs: shortestUs(bucket) / 1_000, toMs: shortestUs(bucket + 1) / 1_000, count }
}

function* pairsOf(counts: SparseCounts): Generator<Pair> {
  let bucket = 0
  for (let i = 0; i < counts.length; i += 2) {
    bucket += counts[i] ?? 0
    yield [bucket, counts[i + 1] ?? 0]
  }
}

/** The shortest time that a bucket counts, in µs. */
export function shortestUs(bucket: number): number {
  if (bucket < UNIT_STEPS) return bucket
  const doublings = (bucket >>> STEPS_BITS) - 1
  return ((bucket & (STEPS - 1)) + STEPS) * 2 ** doublings
}
