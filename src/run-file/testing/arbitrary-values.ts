import * as fc from 'fast-check'
import type { Histogram } from 'hdr-histogram-js'
import { MAX_TIME_US, newTimeHistogram } from '../../load/recording/histogram.ts'

/** Random values that runs are made of, for property tests. */

export const count = fc.nat(1_000_000)
export const rate = fc.integer({ min: 1, max: 1_000_000 })
export const time = fc.double({ min: 0, max: 1e7, noNaN: true }).map(Math.abs)
export const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
export const date = fc
  .date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((moment) => moment.toISOString())
/** Anything a user may call a scenario or a server may put into an error, formulas and newlines included. */
export const arbitraryText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.constantFrom('=1+1', '+1', '-1', '@x', "'quoted", '\t=1', 'a,b', 'say "hi"', 'two\nlines', ''),
)
const timeUs = fc.oneof(fc.nat(5_000), fc.integer({ min: 0, max: MAX_TIME_US }))

export const arbitraryHistogram: fc.Arbitrary<Histogram> = fc
  .array(fc.tuple(timeUs, fc.integer({ min: 1, max: 100_000 })), { maxLength: 30 })
  .map((values) => {
    const histogram = newTimeHistogram()
    for (const [us, times] of values) histogram.recordValueWithCount(us, times)
    return histogram
  })

/** A histogram of the given number of times. */
export function histogramOfCount(total: number): fc.Arbitrary<Histogram> {
  return fc.array(timeUs, { minLength: 1, maxLength: 30 }).map((values) => {
    const histogram = newTimeHistogram()
    for (const [i, us] of values.entries()) {
      const times = partOf(total, i, values.length)
      if (times > 0) histogram.recordValueWithCount(us, times)
    }
    return histogram
  })
}

/** The i-th of n parts of a whole number, all of them as equal as can be. */
export function partOf(whole: number, i: number, n: number): number {
  return Math.floor(((i + 1) * whole) / n) - Math.floor((i * whole) / n)
}

export const ascending = (length: number) =>
  fc
    .array(time, { minLength: length, maxLength: length })
    .map((times) => times.toSorted((a, b) => a - b))

export const percentiles = ascending(4).map(([p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0]) => ({
  p50Ms,
  p95Ms,
  p99Ms,
  maxMs,
}))

export const delay = fc.record({ p50Ms: time, p99Ms: time, maxMs: time })
export const pauses = fc.record({ count, totalMs: time, maxMs: time })
