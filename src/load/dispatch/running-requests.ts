import { nowMs } from '../clock.ts'
import type { OperationNotes } from '../notes/load-notes.ts'
import { PauseWatch } from '../pauses.ts'
import type { LoadAvailability } from '../recording/load-availability.ts'
import type { LoadRecorder } from '../recording/load-recorder.ts'
import { mayHaveFailedByPause, type Ending, type RequestTimes } from '../recording/request-end.ts'
import type { GeneratorHealth, LoadResult } from '../result.ts'
import type { RequestUnderWay } from '../slo/window-series.ts'
import type { SloWindows } from '../slo/slo-windows.ts'
import type { RequestTracer } from '../tracing/request-tracer.ts'
import { InFlight, type Flight } from './in-flight.ts'
import { NotAPromiseError } from './request-errors.ts'
import type { DueRequest } from './request-source.ts'
import { StartedRequest } from './started-request.ts'
import { timer } from './wait.ts'

/** The requests that a pause of this length delayed are started all at once, and may be too many. */
const CROWDING_PAUSE_MS = 500

/** The listeners to the ends of requests. */
export interface EndListeners {
  readonly recorder: LoadRecorder
  readonly windows: SloWindows | null
  readonly availability: LoadAvailability
  /** A request has ended, or is not waited for any longer: others may be due because of that. */
  readonly onEnd: () => void
  /** Traces measured requests; `null`: nothing does. */
  readonly tracer: RequestTracer | null
}

/**
 * The requests of one load from their start on: times them out, and counts the end of each once. All
 * times are read here, because every reading shows whether the generator was paused.
 */
export class RunningRequests {
  readonly #limits: LoadResult['limits']
  readonly #listeners: EndListeners
  readonly #flights = new InFlight()
  readonly pauses = new PauseWatch(nowMs())
  #onRoom: () => void = () => {}
  #mostRanOn = 0

  constructor(limits: LoadResult['limits'], listeners: EndListeners) {
    this.#limits = limits
    this.#listeners = listeners
  }

  /** The number of running requests, given up or not. */
  get count(): number {
    return this.#flights.running
  }

  /** The number of requests neither answered nor given up. */
  get countUnderWay(): number {
    return this.#flights.underWay
  }

  get isFull(): boolean {
    return this.count >= this.#limits.maxInFlight
  }

  /** Requests that ran on after they had been given up. */
  get ranOn(): GeneratorHealth['ranOn'] {
    const atEnd = this.#flights.givenUp
    return { most: Math.max(this.#mostRanOn, atEnd), atEnd }
  }

  /** @param notes where it writes: those of its operation, or of the warm-up. */
  start(due: DueRequest, notes: OperationNotes, now: number): void {
    const { number, intendedAtMs, isWarmUp } = due
    const request = new StartedRequest({ number, intendedAtMs, startedAtMs: now, isWarmUp }, notes)
    const trace = isWarmUp ? null : this.#traceOf(due, now)
    const flight = this.#flights.add(due, now, request, trace)
    const fail = (error: unknown): void => this.#answered(flight, { error })
    try {
      const running: unknown = trace === null ? due.run(request) : trace.run(() => due.run(request))
      if (!isThenable(running)) throw new NotAPromiseError(running)
      running.then(() => this.#answered(flight, null), fail)
    } catch (error) {
      fail(error)
    }
  }

  /** Gives up those that have taken longer than they may. */
  timeOutOverdue(): void {
    // Before more are given up, because requests that obey their signal don't keep running.
    this.#mostRanOn = Math.max(this.#mostRanOn, this.#flights.givenUp)
    const now = this.now()
    this.#giveUp('timed out', now, false)
  }

  /**
   * Gives up all that are under way.
   * @param isInterrupted whether an interruption is why they aren't waited for.
   */
  giveUpAll(now: number, isInterrupted: boolean): void {
    this.#giveUp('unfinished', now, isInterrupted)
  }

  /** Whether requests delayed by a pause may still be under way. Requests given up are not its fault. */
  isCrowdedByPause(now: number): boolean {
    const { timeoutMs } = this.#limits
    const crowdingMs = Math.min(CROWDING_PAUSE_MS, timeoutMs / 2)
    return this.pauses.within(now - timeoutMs, now) >= crowdingMs
  }

  /** Resolves when a promise has settled, or at `timeMs`. */
  roomOr(timeMs: number): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#onRoom = resolve
    })
    return Promise.race([room, timer(timeMs)])
  }

  /** Measured requests under way, oldest first. */
  *underWay(now: number): Generator<RequestUnderWay> {
    for (const flight of this.#flights) {
      const { due } = flight
      if (due.isWarmUp) continue
      yield {
        operation: due.operation,
        intendedAtMs: due.intendedAtMs,
        times: this.#times(flight, now),
      }
    }
  }

  /**
   * How long the generator has waited, without its pauses: what was answered during a pause is read
   * before anything is given up.
   */
  waitedSince(fromMs: number, now: number): number {
    return now - fromMs - this.pauses.within(fromMs, now)
  }

  /** Every reading of the clock shows whether the generator was paused since the last one. */
  now(): number {
    const now = nowMs()
    this.pauses.observe(now)
    return now
  }

  /** A promise has settled: in time, overdue but not yet given up, or after it was given up. */
  #answered(flight: Flight, failure: { readonly error: unknown } | null): void {
    this.#flights.settle(flight)
    this.#onRoom()
    if (flight.hasEnded) return
    const now = this.now()
    if (this.#isOverdue(flight, now)) this.#end(flight, 'timed out', now)
    else if (failure === null) this.#end(flight, 'ok', now)
    else this.#end(flight, failure, now)
  }

  #end(
    flight: Flight,
    ending: Exclude<Ending, 'failed'> | { readonly error: unknown },
    now: number,
    isInterrupted = false,
  ): void {
    if (!this.#flights.end(flight)) return
    const name = typeof ending === 'object' ? 'failed' : ending
    const { due, request } = flight
    flight.trace?.end(name, now, typeof ending === 'object' ? ending.error : undefined)
    due.onEnd?.(name, now)
    this.#listeners.onEnd()
    if (due.isWarmUp) return
    const { operation } = due
    const { recorder: recorders, windows, availability } = this.#listeners
    const recorder = recorders.at(now, operation)
    const times = this.#times(flight, now)
    if (typeof ending === 'object') recorder.fail(ending.error, times)
    else if (ending === 'ok') {
      recorder.succeed(times)
      availability.succeed(operation, now)
    } else if (ending === 'timed out') recorder.timeOut(times)
    else recorder.unfinished(times, isInterrupted)
    const isByPause =
      name === 'failed' ? mayHaveFailedByPause(times) : name === 'unfinished' && isInterrupted
    recorder.notes.end(request.tagged, name, times, isByPause)
    const { intendedAtMs } = due
    windows?.end({ operation, intendedAtMs }, now, name, times, isByPause)
  }

  #traceOf({ operation, number, intendedAtMs }: DueRequest, startedAtMs: number) {
    const { tracer } = this.#listeners
    return tracer === null ? null : tracer.start({ operation, number, intendedAtMs, startedAtMs })
  }

  #times({ due: { intendedAtMs }, startedAtMs }: Flight, now: number): RequestTimes {
    return {
      responseMs: now - intendedAtMs,
      serviceMs: now - startedAtMs,
      pausedMs: this.pauses.within(startedAtMs, now),
    }
  }

  /** Gives up those that are overdue, or all. Counts them first: what hears of it finds them counted. */
  #giveUp(ending: 'timed out' | 'unfinished', now: number, isInterrupted: boolean): void {
    const givenUp: StartedRequest[] = []
    for (const flight of this.#flights) {
      if (ending === 'timed out' && !this.#isOverdue(flight, now)) break
      this.#end(flight, ending, now, isInterrupted)
      givenUp.push(flight.request)
    }
    const code = ending === 'timed out' ? 'TIMED_OUT' : 'GRACE_PERIOD_ENDED'
    for (const request of givenUp) request.stop(code)
  }

  #isOverdue({ startedAtMs }: Flight, now: number): boolean {
    return this.waitedSince(startedAtMs, now) >= this.#limits.timeoutMs
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    value !== undefined &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  )
}
