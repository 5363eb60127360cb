import * as fc from 'fast-check'
import { JsHistogram, type Histogram } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { MAX_TIME_US, newTimeHistogram, percentileMs } from './histogram.ts'
import { TimeCounts } from './time-counts.ts'

/** Times of every size, in µs: as many of some ms as of some minutes. */
const timeUs = fc.oneof(
  fc.nat(5_000),
  fc.nat(MAX_TIME_US),
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -2, max: 1 }))
    .map(([bits, offset]) => Math.min(Math.max(2 ** bits + offset, 0), MAX_TIME_US)),
)
const timesUs = fc.array(timeUs, { maxLength: 500 })

function countsOf(us: Iterable<number>): TimeCounts {
  const counts = new TimeCounts()
  for (const value of us) counts.record(value / 1_000)
  return counts
}

function histogramOf(us: Iterable<number>): Histogram {
  const histogram = newTimeHistogram()
  for (const value of us) histogram.recordValue(value)
  return histogram
}

/** Every bucket that was counted in, and its count. */
function bucketsOf(histogram: Histogram): ReadonlyMap<number, number> {
  if (!(histogram instanceof JsHistogram)) throw new Error('not a histogram of this library')
  const buckets = new Map<number, number>()
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count > 0) buckets.set(i, count)
  }
  return buckets
}

describe('counted times', () => {
  test("equal the library's histogram in every bucket", () => {
    fc.assert(
      fc.property(timesUs, (us) => {
        const counted = countsOf(us).toHistogram()
        expect(counted.totalCount).toBe(us.length)
        expect(bucketsOf(counted)).toEqual(bucketsOf(histogramOf(us)))
      }),
    )
  })

  test('add up without loss', () => {
    fc.assert(
      fc.property(timesUs, timesUs, (some, others) => {
        const sum = countsOf(some)
        sum.add(countsOf(others))
        expect(bucketsOf(sum.toHistogram())).toEqual(bucketsOf(histogramOf([...some, ...others])))
      }),
    )
  })

  test('have the percentiles of the histogram', () => {
    const percentile = fc.oneof(
      fc.constantFrom(50, 90, 95, 97.5, 99, 99.9, 99.999, 100),
      fc.double({ min: 0, max: 100, minExcluded: true, noNaN: true }),
    )
    fc.assert(
      fc.property(timesUs, percentile, fc.integer({ min: 1, max: 1_000 }), (us, p, times) => {
        const counts = countsOf(us)
        for (const value of us.slice(0, 3)) counts.record(value / 1_000, times)
        const histogram = counts.toHistogram()
        expect(counts.totalCount).toBe(histogram.totalCount)
        expect(percentileMs(counts, p)).toBe(percentileMs(histogram, p))
      }),
    )
  })

  test('are cleared by a reset', () => {
    fc.assert(
      fc.property(timesUs, timesUs, (before, us) => {
        const counts = countsOf(before)
        counts.reset()
        expect(counts.totalCount).toBe(0)
        for (const value of us) counts.record(value / 1_000)
        expect(bucketsOf(counts.toHistogram())).toEqual(bucketsOf(histogramOf(us)))
      }),
    )
  })

  test.each([
    ['before zero', -5, 0],
    ['of half a µs', 0.000_5, 1],
    ['of just under it', 0.000_499, 0],
    ['past the longest', 1e9, MAX_TIME_US],
    ['without end', Infinity, MAX_TIME_US],
  ])('a time %s counts as the nearest within the range', (_, ms, us) => {
    const counts = new TimeCounts()
    counts.record(ms)
    expect(bucketsOf(counts.toHistogram())).toEqual(bucketsOf(histogramOf([us])))
  })
})
