import { assertConserved } from './conservation.ts'
import { errorCode } from './error-code.ts'
import { percentileMs } from './histogram.ts'
import type { Deliveries, ErrorCount, IntervalFigures, OperationResult } from '../result.ts'
import { TimeCounts } from './time-counts.ts'

/** More codes than this are counted together, so that a code with an id in it can't fill the memory. */
const MOST_ERROR_CODES = 50
const OTHER_ERRORS = 'OTHER'

/** Counts and times of the requests of one operation, since the last interval ended. */
class Interval {
  started = 0
  dropped = 0
  ok = 0
  failed = 0
  timedOut = 0
  readonly response = new TimeCounts()

  take(second: number, operation: string): IntervalFigures {
    const { started, dropped, ok, failed, timedOut } = this
    const response = this.response.toHistogram()
    const percentile = (p: number): number => percentileMs(response, p) ?? 0
    const figures: IntervalFigures = {
      second,
      operation,
      started,
      dropped,
      ok,
      failed,
      timedOut,
      response:
        response.totalCount === 0
          ? null
          : {
              p50Ms: percentile(50),
              p95Ms: percentile(95),
              p99Ms: percentile(99),
              maxMs: percentile(100),
            },
    }
    this.started = this.dropped = this.ok = this.failed = this.timedOut = 0
    this.response.reset()
    return figures
  }
}

/**
 * Records one operation. Memory is five fixed arrays of counts and a row a second, however
 * many requests there are.
 */
export class OperationRecorder {
  readonly #operation: string
  readonly #errors = new Map<string, { count: number; sample: string }>()
  /** Response times of the intervals that have ended. */
  readonly #response = new TimeCounts()
  readonly #service = new TimeCounts()
  readonly #failure = new TimeCounts()
  readonly #lateness = new TimeCounts()
  readonly #interval = new Interval()
  #planned = 0
  #started = 0
  #dropped = 0
  #ok = 0
  #failed = 0
  #timedOut = 0

  constructor(operation: string) {
    this.#operation = operation
  }

  /** A request is due. */
  due(): void {
    this.#planned++
  }

  /** It was not started, for too many were under way. */
  drop(): void {
    this.#dropped++
    this.#interval.dropped++
  }

  start(latenessMs: number): void {
    this.#started++
    this.#interval.started++
    this.#lateness.record(latenessMs)
  }

  succeed(responseMs: number, serviceMs: number): void {
    this.#ok++
    this.#interval.ok++
    this.#recordTimes(responseMs, serviceMs)
  }

  /** A timeout has no end, but waited at least this long: left out, the worst requests would improve the percentiles. */
  timeOut(responseMs: number, serviceMs: number): void {
    this.#timedOut++
    this.#interval.timedOut++
    this.#recordTimes(responseMs, serviceMs)
  }

  /** A failure's time is kept apart from the others': failing fast is not being fast. */
  fail(error: unknown, responseMs: number): void {
    this.#failed++
    this.#interval.failed++
    this.#failure.record(responseMs)
    const code = errorCode(error)
    const known = this.#errors.get(code)
    if (known !== undefined) {
      known.count++
      return
    }
    const isFull = this.#errors.size >= MOST_ERROR_CODES && code !== OTHER_ERRORS
    const key = isFull ? OTHER_ERRORS : code
    const entry = this.#errors.get(key) ?? {
      count: 0,
      sample: error instanceof Error ? error.message : String(error),
    }
    entry.count++
    this.#errors.set(key, entry)
  }

  /** Ends the current interval, which began `second` seconds into the measurement. */
  endInterval(second: number): IntervalFigures {
    this.#response.add(this.#interval.response)
    return this.#interval.take(second, this.#operation)
  }

  /** Failed and timed-out requests so far. */
  get errorCount(): number {
    return this.#failed + this.#timedOut
  }

  /** Response times of all intervals that have ended. */
  get responseSoFar(): TimeCounts {
    return this.#response
  }

  /**
   * The whole record; call once, after the last interval has ended.
   * @param unfinished requests that were still under way, counted by who knows them.
   * @throws ConservationError if the counts don't add up.
   */
  finish(unfinished: number, deliveries: Deliveries | null): OperationResult {
    const counts = {
      planned: this.#planned,
      started: this.#started,
      dropped: this.#dropped,
      ok: this.#ok,
      failed: this.#failed,
      timedOut: this.#timedOut,
      unfinished,
    }
    assertConserved(this.#operation, counts)
    const errors: ErrorCount[] = [...this.#errors]
      .map(([code, { count, sample }]) => ({ code, count, sample }))
      .sort((a, b) => b.count - a.count)
    return {
      counts,
      errors,
      response: this.#response.toHistogram(),
      service: this.#service.toHistogram(),
      failure: this.#failure.toHistogram(),
      lateness: this.#lateness.toHistogram(),
      deliveries,
    }
  }

  #recordTimes(responseMs: number, serviceMs: number): void {
    this.#interval.response.record(responseMs)
    this.#service.record(serviceMs)
  }
}
