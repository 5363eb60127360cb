import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogramFigures, newTimeHistogram } from './histogram.ts'
import { TimeCounts } from './time-counts.ts'

function histogramOf(timesMs: Iterable<number>) {
  const counts = new TimeCounts()
  for (const ms of timesMs) counts.record(ms)
  return counts.toHistogram()
}

test('an empty histogram has no figures instead of zeros', () => {
  expect(histogramFigures(newTimeHistogram())).toEqual({
    count: 0,
    meanMs: null,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    p999Ms: null,
    maxMs: null,
  })
})

test('times below 2 ms are exact to the µs', () => {
  const times = Array.from({ length: 1_000 }, (_, i) => (i + 1) / 1_000)
  expect(histogramFigures(histogramOf(times))).toEqual({
    count: 1_000,
    meanMs: 0.5005,
    p50Ms: 0.5,
    p95Ms: 0.95,
    p99Ms: 0.99,
    p999Ms: 0.999,
    maxMs: 1,
  })
})

test('percentiles are nearest ranks within 0.1 %', () => {
  const times = fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(times, (us) => {
      const figures = histogramFigures(histogramOf(us.map((value) => value / 1_000)))
      const sorted = us.toSorted((a, b) => a - b)
      const rank = (p: number) => Math.ceil(sorted.length * p - 1e-9)
      const exactMs = (p: number) => (sorted[Math.max(rank(p), 1) - 1] ?? Number.NaN) / 1_000
      for (const [measured, p] of [
        [figures.p50Ms, 0.5],
        [figures.p95Ms, 0.95],
        [figures.p99Ms, 0.99],
        [figures.p999Ms, 0.999],
        [figures.maxMs, 1],
      ] as const) {
        expect(measured).toBeGreaterThanOrEqual(exactMs(p))
        expect(measured).toBeLessThanOrEqual(exactMs(p) * 1.001)
      }
    }),
    { numRuns: 50 },
  )
})
