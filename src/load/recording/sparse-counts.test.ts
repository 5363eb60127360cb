import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_TIME_US, percentileMs } from './histogram.ts'
import {
  bucketAtPercentile,
  bucketsOf,
  isSparseCounts,
  SPARSE_BUCKETS,
  sparseBucketOf,
  sumOfSparse,
  totalOfSparse,
} from './sparse-counts.ts'
import { TimeCounts } from './time-counts.ts'

const timeUs = fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(MAX_TIME_US))
const timesUs = fc.array(timeUs, { maxLength: 200 })

function countsOf(us: Iterable<number>): TimeCounts {
  const counts = new TimeCounts()
  for (const value of us) counts.record(value / 1_000)
  return counts
}

describe('a sparse histogram', () => {
  test('counts each time once, in a bucket that holds it and is at most 6.25 % wide', () => {
    fc.assert(
      fc.property(timeUs, (us) => {
        const [bucket, ...others] = bucketsOf(countsOf([us]).toSparse())
        if (bucket === undefined || others.length > 0) throw new Error('not one bucket')
        const { fromMs, toMs, count } = bucket
        expect(count).toBe(1)
        expect(fromMs * 1_000).toBeLessThanOrEqual(us + 1e-6)
        expect(toMs * 1_000).toBeGreaterThan(us - 1e-6)
        const width = Math.round((toMs - fromMs) * 1_000)
        expect(width).toBeLessThanOrEqual(Math.max(1, fromMs * 1_000 * 0.0625))
      }),
    )
  })

  test('has the percentiles of all times in the buckets that it gives for them', () => {
    fc.assert(
      fc.property(timesUs, fc.integer({ min: 1, max: 100 }), (us, percentile) => {
        const counts = countsOf(us)
        const bucket = bucketAtPercentile(counts.toSparse(), percentile)
        const ms = percentileMs(counts, percentile)
        if (bucket === null || ms === null) {
          expect([bucket, ms]).toEqual([null, null])
          return
        }
        expect(ms).toBeGreaterThanOrEqual(bucket.fromMs)
        expect(ms).toBeLessThan(bucket.toMs)
      }),
    )
  })

  test('of parts add up to that of the whole', () => {
    fc.assert(
      fc.property(fc.array(timesUs, { maxLength: 4 }), (parts) => {
        const whole = countsOf(parts.flat()).toSparse()
        expect(sumOfSparse(parts.map((part) => countsOf(part).toSparse()))).toEqual(whole)
        expect(totalOfSparse(whole)).toBe(parts.flat().length)
        expect(isSparseCounts(whole)).toBe(true)
      }),
    )
  })

  test('has 448 buckets, up to 2³¹ − 1 µs', () => {
    expect(SPARSE_BUCKETS).toBe(448)
    expect([0, 31, 32, 63, 64, MAX_TIME_US].map(sparseBucketOf)).toEqual([0, 31, 32, 47, 48, 447])
  })

  test.each<[string, unknown]>([
    ['not a list', { 0: 1, 1: 1, length: 2 }],
    ['a gap without a count', [1]],
    ['a negative gap', [-1, 1]],
    ['a bucket twice', [1, 1, 0, 1]],
    ['an empty bucket', [1, 0]],
    ['half a request', [1, 0.5]],
    ['a text', [1, '1']],
    ['NaN', [Number.NaN, 1]],
    ['a bucket beyond the last', [447, 1, 1, 1]],
    ['too many numbers', Array.from({ length: 2_000 }, () => 1)],
  ])('is not %s', (_, data) => {
    expect(isSparseCounts(data)).toBe(false)
  })
})
