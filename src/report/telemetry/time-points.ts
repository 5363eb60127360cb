import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import { shortestIn } from '../../load/recording/time-counts.ts'
import { countUpTo, figuresOfCounts, type BucketCount } from '../../run-file/json/histogram-json.ts'
import { BOUNDS_S } from './explicit-bounds.ts'

const US_PER_S = 1e6
/** The usual maximum of exponential buckets: https://opentelemetry.io/docs/specs/otel/metrics/sdk/ */
const MAX_BUCKETS = 160
/** 256 buckets per doubling are finer than 0.3 %; the finest that Prometheus takes. */
const MAX_SCALE = 8

/** Times with explicit buckets, in s. Each bucket counts times up to its bound, within the precision of 0.1 %. */
export function explicitTimes(counts: readonly BucketCount[]): Histogram {
  const { count } = figuresOfCounts(counts)
  const upTo = BOUNDS_S.map((bound) => countUpTo(counts, bound * US_PER_S))
  const within = [...upTo, count].map((times, i) => times - (upTo[i - 1] ?? 0))
  return {
    buckets: { boundaries: [...BOUNDS_S], counts: within },
    count,
    sum: sumOf(counts),
  }
}

/**
 * Times with exponential buckets, in s, at the largest scale that needs at most 160 buckets: such as 16 per doubling from
 * 100 µs to 100 ms. A time counts in the bucket of the middle of its own, which is at most 0.1 % wide.
 */
export function exponentialTimes(counts: readonly BucketCount[]): ExponentialHistogram {
  const times = counts.map(([bucket, count]) => [middleUs(bucket) / US_PER_S, count] as const)
  const positive = times.filter(([seconds]) => seconds > 0)
  const zeroCount = times.reduce((sum, [s, count]) => (s > 0 ? sum : sum + count), 0)
  const first = positive[0]?.[0] ?? 1
  const last = positive.at(-1)?.[0] ?? 1
  let scale = MAX_SCALE
  while (indexOf(last, scale) - indexOf(first, scale) >= MAX_BUCKETS) scale--
  const offset = indexOf(first, scale)
  const length = positive.length === 0 ? 0 : indexOf(last, scale) - offset + 1
  const bucketCounts = Array.from({ length }, () => 0)
  for (const [seconds, count] of positive) {
    const at = indexOf(seconds, scale) - offset
    bucketCounts[at] = (bucketCounts[at] ?? 0) + count
  }
  return {
    count: figuresOfCounts(counts).count,
    sum: sumOf(counts),
    scale,
    zeroCount,
    positive: { offset, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  }
}

/** Bucket `i` holds times above `base ** i` and up to `base ** (i + 1)`, where `base` is 2 ** (2 ** −scale). */
function indexOf(seconds: number, scale: number): number {
  return Math.ceil(Math.log2(seconds) * 2 ** scale) - 1
}

function middleUs(bucket: number): number {
  const shortest = shortestIn(bucket)
  return shortest + Math.floor((shortestIn(bucket + 1) - shortest) / 2)
}

function sumOf(counts: readonly BucketCount[]): number {
  const { count, mean } = figuresOfCounts(counts)
  return ((mean ?? 0) * count) / US_PER_S
}
