import type { Histogram } from 'hdr-histogram-js'
import { percentileMs } from './histogram.ts'

/** The figures of a histogram that people read, in ms; `null` where nothing was recorded. */
export interface HistogramFigures {
  readonly count: number
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly p999Ms: number | null
  readonly maxMs: number | null
}

/**
 * Summarises a histogram of times in µs. Every figure is taken from the counts (the maximum too: it
 * is its bucket's upper end, at most 0.1 % above the recorded value), so a histogram read back
 * from a run file gives the same figures.
 */
export function histogramFigures(histogram: Histogram): HistogramFigures {
  return {
    count: histogram.totalCount,
    meanMs: histogram.totalCount === 0 ? null : histogram.mean / 1_000,
    p50Ms: percentileMs(histogram, 50),
    p95Ms: percentileMs(histogram, 95),
    p99Ms: percentileMs(histogram, 99),
    p999Ms: percentileMs(histogram, 99.9),
    maxMs: percentileMs(histogram, 100),
  }
}
