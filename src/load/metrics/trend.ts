import type { Histogram } from 'hdr-histogram-js'
import { MAX_TIME_US } from '../recording/histogram.ts'
import { TimeCounts } from '../recording/time-counts.ts'

/** A value with a distribution. */
export interface Trend {
  /**
   * Records a value. One that is not a finite number ≥ 0 is counted as invalid instead, and one beyond the
   * range is recorded as the largest in it.
   */
  record(value: number): void
}

/** The result of a trend. */
export interface TrendResult {
  readonly kind: 'trend'
  readonly name: string
  readonly unit: string
  /** The size of a histogram step, in the unit. */
  readonly resolution: number
  /** All valid values, in steps. */
  readonly histogram: Histogram
  /** Values larger than 2³¹ − 1 steps, recorded as that. */
  readonly clamped: number
  /** The number of values rejected because they were not finite numbers ≥ 0. */
  readonly invalid: number
}

/** `TimeCounts` takes 1,000 of its steps at once, as a ms has 1,000 µs. */
const STEPS_AT_ONCE = 1_000

/** Records the values that the measured requests of a load give, in a histogram as those of times are. */
export class TrendRecorder implements Trend {
  readonly #resolution: number
  readonly #counts = new TimeCounts()
  #clamped = 0
  #invalid = 0

  constructor(resolution: number) {
    this.#resolution = resolution
  }

  record(value: number): void {
    if (!(Number.isFinite(value) && value >= 0)) {
      this.#invalid++
      return
    }
    const steps = value / this.#resolution
    if (steps > MAX_TIME_US) this.#clamped++
    this.#counts.record(steps / STEPS_AT_ONCE)
  }

  finish(name: string, unit: string): TrendResult {
    const [resolution, clamped, invalid] = [this.#resolution, this.#clamped, this.#invalid]
    const histogram = this.#counts.toHistogram()
    return { kind: 'trend', name, unit, resolution, histogram, clamped, invalid }
  }
}

/** The value of a trend at a percentile (0 to 100), in its unit; `null` if none was recorded. */
export function trendAt(
  { histogram, resolution }: Pick<TrendResult, 'histogram' | 'resolution'>,
  percentile: number,
): number | null {
  return histogram.totalCount === 0
    ? null
    : inUnit(histogram.getValueAtPercentile(percentile), resolution)
}

/** Steps in the unit: 7 steps of 0.001 are 0.007, without the last digits of a product. */
export function inUnit(steps: number, resolution: number): number {
  return Number((steps * resolution).toPrecision(12))
}
