import type { IntervalFigures, IntervalLateness, IntervalResponse } from '../result.ts'
import { percentileMs } from './histogram.ts'
import { TimeCounts } from './time-counts.ts'

/** Counts and times of the requests of one operation in one second. */
export class Interval {
  started = 0
  dropped = 0
  ok = 0
  failed = 0
  timedOut = 0
  /** The most requests under way at once. */
  mostInFlight = 0
  readonly response = new TimeCounts()
  /** Only if exact times are told: otherwise, service times have no interval. */
  readonly service = new TimeCounts()
  readonly lateness = new TimeCounts()
  readonly #errors = new Map<string, number>()

  /** @param code as the operation's tally has it, so that codes are bounded. */
  countError(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1)
  }

  /** @param planned requests due in it. */
  figures(second: number, operation: string, planned: number): IntervalFigures {
    const { started, dropped, ok, failed, timedOut, mostInFlight } = this
    return {
      second,
      operation,
      planned,
      started,
      dropped,
      ok,
      failed,
      timedOut,
      inFlight: mostInFlight,
      received: null,
      errors: [...this.#errors].map(([code, count]) => ({ code, count })),
      lateness: latenessOf(this.lateness),
      response: responseOf(this.response),
    }
  }

  reset(): void {
    this.started = this.dropped = this.ok = this.failed = this.timedOut = 0
    this.mostInFlight = 0
    this.#errors.clear()
    this.response.reset()
    this.service.reset()
    this.lateness.reset()
  }
}

/** How late requests were started; `null` if none was. */
export function latenessOf(times: TimeCounts): IntervalLateness | null {
  if (times.totalCount === 0) return null
  const at = (percentile: number): number => percentileMs(times, percentile) ?? 0
  return { p50Ms: at(50), p99Ms: at(99), maxMs: at(100) }
}

/** The response times of requests; `null` if none ended. */
export function responseOf(times: TimeCounts): IntervalResponse | null {
  if (times.totalCount === 0) return null
  const at = (percentile: number): number => percentileMs(times, percentile) ?? 0
  const counts = times.toSparse()
  return { p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs: at(100), counts }
}

/** The figures of a second in which nothing happened to an operation, and of which nothing else is known. */
export function nothingIn(second: number, operation: string): IntervalFigures {
  return {
    second,
    operation,
    planned: null,
    started: 0,
    dropped: 0,
    ok: 0,
    failed: 0,
    timedOut: 0,
    inFlight: null,
    received: null,
    errors: [],
    lateness: null,
    response: null,
  }
}
