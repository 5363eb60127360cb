import type { IntervalFigures } from '../result.ts'
import { percentileMs } from './histogram.ts'
import { TimeCounts } from './time-counts.ts'

/** Counts and times of the requests of one operation in one second. */
export class Interval {
  started = 0
  dropped = 0
  ok = 0
  failed = 0
  timedOut = 0
  readonly response = new TimeCounts()

  figures(second: number, operation: string): IntervalFigures {
    const { started, dropped, ok, failed, timedOut } = this
    const percentile = (p: number): number => percentileMs(this.response, p) ?? 0
    return {
      second,
      operation,
      started,
      dropped,
      ok,
      failed,
      timedOut,
      response:
        this.response.totalCount === 0
          ? null
          : {
              p50Ms: percentile(50),
              p95Ms: percentile(95),
              p99Ms: percentile(99),
              maxMs: percentile(100),
            },
    }
  }

  reset(): void {
    this.started = this.dropped = this.ok = this.failed = this.timedOut = 0
    this.response.reset()
  }
}
