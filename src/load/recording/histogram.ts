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
