import { percentile } from './deviation.ts'
import { firstDueAt, stallOf, totalMs, type JudgedLoad } from './judged-load.ts'

/** Percentiles of response times in ms; `null` if a generator doesn't report them. */
export interface ResponseTimes {
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly p999Ms: number | null
}

/**
 * How long the judge delays punctual requests of this load: until the stall's end if they are due in the
 * stall, otherwise not. The remainder of a reported time is the round trip and the generator's own delay.
 *
 * @param fromMs the generator's report omits requests due before this.
 */
export function trueTimes(load: JudgedLoad, fromMs: number): ResponseTimes {
  const { ratePerSecond } = load
  const { startMs, endMs } = stallOf(load)
  const first = firstDueAt(ratePerSecond, fromMs)
  const waits = new Float64Array(firstDueAt(ratePerSecond, totalMs(load)) - first)
    .map((_, k) => ((first + k) * 1_000) / ratePerSecond)
    .map((dueMs) => (dueMs >= startMs && dueMs < endMs ? endMs - dueMs : 0))
    .sort()
  return {
    p50Ms: percentile(waits, 50),
    p99Ms: percentile(waits, 99),
    p999Ms: percentile(waits, 99.9),
  }
}
