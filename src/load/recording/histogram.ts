import { build, type Histogram } from 'hdr-histogram-js'

/** The largest time a histogram holds, in µs: 35 minutes. Longer ones are recorded as this. */
export const MAX_TIME_US = 2 ** 31 - 1

/** An empty histogram of times in µs: 1 µs to 35 min at 3 significant digits, about 90 KB. */
export function newTimeHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_TIME_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  })
}

/** Times in µs that percentiles can be taken of. */
export type Times = Pick<Histogram, 'totalCount' | 'getValueAtPercentile'>

/** The value at a percentile (0 to 100), in ms; `null` if there are no times. */
export function percentileMs(times: Times, percentile: number): number | null {
  return times.totalCount === 0 ? null : times.getValueAtPercentile(percentile) / 1_000
}

/** Adds histograms up without loss; empty for none. */
export function sumOf(histograms: Iterable<Histogram>): Histogram {
  const sum = newTimeHistogram()
  for (const histogram of histograms) sum.add(histogram)
  return sum
}

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
