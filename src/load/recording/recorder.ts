import { mayHaveFailedByPause, type RequestTimes } from './request-end.ts'
import { ErrorTally } from './error-tally.ts'
import { Interval } from './interval.ts'
import { LoadNotes, type OperationNotes } from '../notes/load-notes.ts'
import type {
  Deliveries,
  IntervalFigures,
  OperationAudit,
  OperationCounts,
  OperationResult,
} from '../result.ts'
import { withoutArrivals, withUnsent } from './deliveries.ts'
import type { ExactTimes } from './exact-progress.ts'
import { TimeCounts } from './time-counts.ts'

/**
 * Records one operation. Memory is eleven fixed arrays of counts and a row per second, however
 * many requests there are.
 */
export class OperationRecorder {
  /** The checks, tags and metrics that the requests write. */
  readonly notes: OperationNotes
  readonly #operation: string
  readonly #errors = new ErrorTally()
  /** Response times of the intervals that were summed up; likewise lateness, and service times if they are told. */
  readonly #response = new TimeCounts()
  readonly #service = new TimeCounts()
  readonly #undisturbed = new TimeCounts()
  readonly #failure = new TimeCounts()
  readonly #lateness = new TimeCounts()
  #interval = new Interval()
  /** The interval that ended last; empty once it is summed up, and then the next one. */
  #ended = new Interval()
  #planned = 0
  /** Requests due in each second. */
  readonly #plannedIn: number[] = []
  #inFlight = 0
  #started = 0
  #dropped = 0
  #droppedByPause = 0
  #notStarted = 0
  #ok = 0
  #failed = 0
  #lostByPause = 0
  #timedOut = 0
  #unfinished = 0

  readonly #tellsExact: boolean
  /** Where service times go: to the interval if they are told, and else into the sum at once. */
  #recordedService: TimeCounts

  /** @param tellsExact whether `endedTimes` is used: it takes service times per interval, too. */
  constructor(
    operation: string,
    notes: OperationNotes = new LoadNotes({}, 1, 0).ofOperation(),
    tellsExact = false,
  ) {
    this.#operation = operation
    this.notes = notes
    this.#tellsExact = tellsExact
    this.#recordedService = tellsExact ? this.#interval.service : this.#service
  }

  /**
   * Counts a request that was due.
   * @param second of the measurement.
   */
  due(second: number): void {
    this.#planned++
    this.#plannedIn[second] = (this.#plannedIn[second] ?? 0) + 1
  }

  /** It was not started because the load was ended before the generator came to it. */
  notStarted(): void {
    this.#notStarted++
  }

  /** It was not started because too many ran; after a pause, that may be the generator's doing. */
  drop(isByPause: boolean): void {
    this.#dropped++
    if (isByPause) {
      this.#lostByPause++
      this.#droppedByPause++
    }
    this.#interval.dropped++
  }

  start(latenessMs: number): void {
    this.#started++
    const interval = this.#interval
    interval.started++
    interval.lateness.record(latenessMs)
    this.#inFlight++
    if (this.#inFlight > interval.mostInFlight) interval.mostInFlight = this.#inFlight
  }

  succeed(times: RequestTimes): void {
    this.#ok++
    this.#interval.ok++
    this.#recordTimes(times)
  }

  /** A timeout has no end, but waited at least this long: left out, the worst requests would improve the percentiles. */
  timeOut(times: RequestTimes): void {
    this.#timedOut++
    this.#interval.timedOut++
    this.#recordTimes(times)
  }

  /** It has no end either: it counts as a timeout does, unless an interruption is why it wasn't waited for. */
  unfinished(times: RequestTimes, isInterrupted: boolean): void {
    this.#unfinished++
    if (isInterrupted) this.#lostByPause++
    this.#recordTimes(times)
  }

  /** A failure's time is kept apart from the others': failing fast is not being fast. */
  fail(error: unknown, times: RequestTimes): void {
    this.#failed++
    this.#inFlight--
    this.#interval.failed++
    if (mayHaveFailedByPause(times)) this.#lostByPause++
    this.#failure.record(times.responseMs)
    this.#interval.countError(this.#errors.add(error))
  }

  /**
   * Ends the current interval, at no cost: it changes places with the one before, which must have been
   * summed up.
   */
  endInterval(): void {
    const next = this.#ended
    this.#ended = this.#interval
    this.#interval = next
    next.mostInFlight = this.#inFlight
    if (this.#tellsExact) this.#recordedService = next.service
  }

  /** The times of the interval that ended last, until it is summed up. */
  get endedTimes(): ExactTimes {
    const { response, service, lateness } = this.#ended
    return {
      operation: this.#operation,
      response: response.toExact(),
      service: service.toExact(),
      lateness: lateness.toExact(),
    }
  }

  /**
   * Sums up the interval that ended last: call once after each `endInterval`. Takes tens of µs.
   * @param second in which it began, of the measurement.
   * @param responseOfAll to which its response times are added too.
   * @param latenessOfAll the same for its lateness.
   */
  sumUp(second: number, responseOfAll: TimeCounts, latenessOfAll: TimeCounts): IntervalFigures {
    const { response, service, lateness } = this.#ended
    this.#response.add(response)
    if (this.#tellsExact) this.#service.add(service)
    this.#lateness.add(lateness)
    responseOfAll.add(response)
    latenessOfAll.add(lateness)
    const figures = this.#ended.figures(second, this.#operation, this.plannedIn(second))
    this.#ended.reset()
    return figures
  }

  /** Requests due in a second, as far as the generator has come to them. */
  plannedIn(second: number): number {
    return this.#plannedIn[second] ?? 0
  }

  /** Requests so far that failed, timed out or were dropped. */
  get errorCount(): number {
    return this.#failed + this.#timedOut + this.#dropped
  }

  /** Requests so far that were dropped. */
  get droppedCount(): number {
    return this.#dropped
  }

  get counts(): OperationCounts {
    return {
      planned: this.#planned,
      started: this.#started,
      dropped: this.#dropped,
      notStarted: this.#notStarted,
      ok: this.#ok,
      failed: this.#failed,
      timedOut: this.#timedOut,
      unfinished: this.#unfinished,
    }
  }

  /** The whole record; call once, after the last interval was summed up. */
  finish(deliveries: Deliveries | null): Omit<OperationResult, keyof OperationAudit> {
    return {
      counts: this.counts,
      lostByPause: this.#lostByPause,
      errors: this.#errors.counts,
      response: this.#response.toHistogram(),
      service: this.#service.toHistogram(),
      undisturbed: this.#undisturbed.toHistogram(),
      failure: this.#failure.toHistogram(),
      lateness: this.#lateness.toHistogram(),
      deliveries: withUnsent(withoutArrivals(deliveries), {
        count: this.#dropped + this.#notStarted,
        byGenerator: this.#droppedByPause + this.#notStarted,
      }),
      ...this.notes.finish(),
    }
  }

  #recordTimes({ responseMs, serviceMs, pausedMs }: RequestTimes): void {
    this.#inFlight--
    this.#interval.response.record(responseMs)
    this.#recordedService.record(serviceMs)
    this.#undisturbed.record(serviceMs - pausedMs)
  }
}
