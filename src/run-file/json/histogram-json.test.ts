import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogramFigures } from '../../load/recording/histogram.ts'
import { arbitraryHistogram } from '../testing/arbitrary-run.ts'
import { figuresOfCounts, readStoredCounts, serializeCounts } from './histogram-json.ts'

test("stored counts yield the same figures as the library's histogram", () => {
  fc.assert(
    fc.property(arbitraryHistogram, (histogram) => {
      const stored = readStoredCounts(serializeCounts(histogram))
      if (stored.kind === 'flawed') throw new Error(stored.flaw)
      const { count, mean, p50, p95, p99, p999, max } = figuresOfCounts(stored.counts)
      const inMs = (steps: number | null): number | null => (steps === null ? null : steps / 1_000)
      expect({
        count,
        meanMs: inMs(mean),
        p50Ms: inMs(p50),
        p95Ms: inMs(p95),
        p99Ms: inMs(p99),
        p999Ms: inMs(p999),
        maxMs: inMs(max),
      }).toEqual(histogramFigures(histogram))
    }),
  )
})
