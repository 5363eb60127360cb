import { nowMs } from '../clock.ts'
import { OBSERVE_EVERY_MS, PauseWatch, type Pause } from '../pauses.ts'
import { Alarm } from './alarm.ts'
import { Batches } from './batches.ts'
import { CoreWaitWatch } from './core-wait.ts'
import { timer } from './timer.ts'
import { watchEventLoop } from './event-loop.ts'
import { watchGcPauses } from './gc-pauses.ts'
import type { Dispatch } from './dispatch-option.ts'
import { InFlight, type Flight } from './in-flight.ts'
import type { LoadRecorder } from '../recording/load-recorder.ts'
import { mayHaveFailedByPause, type Ending, type RequestTimes } from '../recording/recorder.ts'
import type { GeneratorHealth, LoadResult } from '../result.ts'
import type { RequestSource } from './request-source.ts'
import { StartedRequest } from './started-request.ts'
import type { RequestUnderWay, SloWindows } from '../slo/slo-windows.ts'

/** After starting overdue requests for so long, answers to earlier ones are let in. */
const LONGEST_CATCH_UP_MS = 5
/** An abort is noticed within this time, however low the rate. */
const LONGEST_WAIT_MS = 100
/** Once a load is interrupted, requests under way are waited for no longer than this. */
const INTERRUPTED_GRACE_MS = 1_000
/** Requests that were given up get this long to stop, before what they use is torn down. */
const STOP_WITHIN_MS = 1_000
/** The requests that a pause of this length delayed are started all at once, and may be too many. */
const CROWDING_PAUSE_MS = 500

/** What is not urgent is done when no request is due for this long: it takes a tenth of it. */
const IDLE_MS = 0.1

/** Starts the requests of one load when they are due, times them out, and counts each once. */
export class Dispatcher {
  readonly #source: RequestSource
  readonly #recorder: LoadRecorder
  readonly #limits: LoadResult['limits']
  readonly #dispatch: Dispatch
  readonly #windows: SloWindows | null
  readonly #flights = new InFlight()
  readonly #batches = new Batches()
  readonly #pauses = new PauseWatch(nowMs())
  #alarm: Alarm | null = null
  #isWaitingForRoom = false
  #onRoom: () => void = () => {}
  /** Whether requests under way are waited for less long because the load was interrupted. */
  #isGraceCut = false
  #mostRanOn = 0

  constructor(
    source: RequestSource,
    recorder: LoadRecorder,
    limits: LoadResult['limits'],
    dispatch: Dispatch,
    windows: SloWindows | null,
  ) {
    this.#source = source
    this.#recorder = recorder
    this.#limits = limits
    this.#dispatch = dispatch
    this.#windows = windows
  }

  /** How many requests run, given up or not. */
  get inFlight(): number {
    return this.#flights.running
  }

  /** Requests that ran on after they had been given up. */
  get ranOn(): GeneratorHealth['ranOn'] {
    const atEnd = this.#flights.givenUp
    return { most: Math.max(this.#mostRanOn, atEnd), atEnd }
  }

  /** Whether no more requests are to be started. */
  get isDraining(): boolean {
    return this.#source.isExhausted(nowMs())
  }

  /** When the generator was paused, in order. */
  get pauses(): readonly Pause[] {
    return this.#pauses.list
  }

  /**
   * Starts every request at its time, until the last one or the signal. Requests that wait for room
   * are dropped at the end of the grace period.
   * @param endMs when the last request is due at the latest.
   * @returns how the generator did after the warm-up.
   */
  async startRequests(
    endMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Omit<GeneratorHealth, 'ranOn'>> {
    const { gracePeriodMs } = this.#limits
    const source = this.#source
    const { technique, wait } = this.#dispatch
    const alarm = source.followsEnds ? new Alarm(wait) : null
    this.#alarm = alarm
    const dueAfter = (i: number): number => source.dueAfterMs(i)
    const eventLoop = watchEventLoop()
    const gc = watchGcPauses()
    const coreWait = new CoreWaitWatch()
    const isAborted = (): boolean => signal?.aborted === true || this.#isAbortedBySlo()
    const sweeper = setInterval(() => {
      this.#timeOutOverdue()
      this.#sumUp()
    }, OBSERVE_EVERY_MS)
    let isMeasuring = false
    try {
      while (!this.isDraining && !isAborted()) {
        const now = nowMs()
        const dueMs = source.nextDueMs
        if (this.#isWaitingForRoom) {
          await this.#roomOr(Math.min(endMs + gracePeriodMs, now + LONGEST_WAIT_MS))
        } else if (alarm !== null) {
          await alarm.until(Math.min(dueMs, now + LONGEST_WAIT_MS))
        } else if (dueMs > now + LONGEST_WAIT_MS) {
          // Not to its end, because this is less precise.
          await timer(now + LONGEST_WAIT_MS / 2)
        } else {
          await wait.until(dueMs, dueAfter)
        }
        if (!isMeasuring && source.isMeasuring(nowMs())) {
          isMeasuring = true
          eventLoop.reset()
          gc.reset()
          coreWait.reset()
          this.#pauses.reset(source.measureStartMs)
          this.#batches.reset()
        }
        this.#catchUp(endMs)
      }
    } finally {
      clearInterval(sweeper)
    }
    return {
      dispatch: technique,
      largestBatch: this.#batches.largest,
      longestBatchMs: this.#batches.longestMs,
      eventLoopDelay: eventLoop.stop(),
      pauses: this.#pauses.figures,
      coreWaitMs: coreWait.read(),
      gcPauses: await gc.stop(),
    }
  }

  /**
   * Counts the requests that were due when the load was ended early, but that were not started.
   * @param endMs when it was ended.
   * @param dueBeforeMs requests from then on belong to the time that was not measured.
   */
  abandon(endMs: number, dueBeforeMs: number): void {
    for (const request of this.#source.notTaken(dueBeforeMs)) {
      const recorder = this.#recorder.at(endMs, request.operation)
      recorder.due()
      recorder.notStarted()
      this.#windows?.notStarted(request)
    }
  }

  /**
   * Waits for the requests under way; those that don't end in time are unfinished. Then waits a
   * moment for those that were given up to stop.
   * @param endMs when the grace period began.
   * @param signal shortens it once it is aborted, however far it is.
   */
  async drain(endMs: number, signal: AbortSignal | undefined): Promise<void> {
    let graceMs = this.#limits.gracePeriodMs
    while (this.#flights.underWay > 0) {
      const waitedMs = this.#waitedSince(endMs, this.#now())
      if (!this.#isGraceCut && signal?.aborted === true) {
        this.#isGraceCut = true
        graceMs = Math.min(graceMs, waitedMs + INTERRUPTED_GRACE_MS)
      }
      if (waitedMs >= graceMs) break
      await timer(nowMs() + 1)
      this.#timeOutOverdue()
      this.#sumUp()
    }
    const now = this.#now()
    this.#giveUp('unfinished', now)
    const stopByMs = now + STOP_WITHIN_MS
    while (this.inFlight > 0 && nowMs() < stopByMs) await timer(nowMs() + 1)
  }

  /** Starts all requests that are due by now. */
  #catchUp(endMs: number): void {
    const source = this.#source
    const { whenFull, gracePeriodMs } = this.#limits
    let now = this.#now()
    const pauseMs = now + LONGEST_CATCH_UP_MS
    const mayWait = whenFull === 'wait' && this.#waitedSince(endMs, now) < gracePeriodMs
    while (!source.isExhausted(now) && source.nextDueMs <= now) {
      this.#isWaitingForRoom = this.#isFull && mayWait
      if (this.#isWaitingForRoom) break
      this.#batches.add(source.nextDueMs)
      this.#start(now)
      now = this.#now()
      if (now >= pauseMs) break
    }
    if (source.isExhausted(now) || source.nextDueMs > now) this.#batches.end()
  }

  #start(now: number): void {
    const due = this.#source.take(now)
    const { operation, number, dueAtMs, intendedAtMs, isWarmUp } = due
    const recorder = isWarmUp ? null : this.#recorder.at(now, operation)
    recorder?.due()
    const isDropped = this.#isFull
    const isByPause = isDropped && this.#isCrowdedByPause(now)
    if (!isWarmUp) {
      const start = isByPause ? 'dropped by a pause' : isDropped ? 'dropped' : 'started'
      this.#windows?.due({ operation, intendedAtMs }, now, start)
    }
    if (isDropped) {
      recorder?.drop(isByPause)
      return
    }
    recorder?.start(now - dueAtMs)
    const notes = recorder?.notes ?? this.#recorder.warmUpNotes
    const request = new StartedRequest({ number, intendedAtMs, startedAtMs: now, isWarmUp }, notes)
    const flight = this.#flights.add(due, request)
    const fail = (error: unknown): void => this.#answered(flight, { error })
    try {
      due.run(request).then(() => this.#answered(flight, null), fail)
    } catch (error) {
      fail(error)
    }
  }

  /** A promise has settled: in time, too late although nobody has noticed yet, or after it was given up. */
  #answered(flight: Flight, failure: { readonly error: unknown } | null): void {
    this.#flights.settle(flight)
    this.#onRoom()
    if (flight.hasEnded) return
    const now = this.#now()
    if (this.#isOverdue(flight, now)) this.#end(flight, 'timed out', now)
    else if (failure === null) this.#end(flight, 'ok', now)
    else this.#end(flight, failure, now)
  }

  #end(
    flight: Flight,
    ending: Exclude<Ending, 'failed'> | { readonly error: unknown },
    now: number,
  ): void {
    if (!this.#flights.end(flight)) return
    const name = typeof ending === 'object' ? 'failed' : ending
    const { due, request } = flight
    due.onEnd?.(name, now)
    this.#alarm?.bringForward(this.#source.nextDueMs)
    if (request.isWarmUp) return
    const { operation } = due
    const recorder = this.#recorder.at(now, operation)
    const times = this.#times(flight, now)
    if (typeof ending === 'object') recorder.fail(ending.error, times)
    else if (ending === 'ok') recorder.succeed(times)
    else if (ending === 'timed out') recorder.timeOut(times)
    else recorder.unfinished(times, this.#isGraceCut)
    const isByPause =
      name === 'failed' ? mayHaveFailedByPause(times) : name === 'unfinished' && this.#isGraceCut
    recorder.notes.end(request.tagged, name, times, isByPause)
    const { intendedAtMs } = request
    this.#windows?.end({ operation, intendedAtMs }, now, name, times, isByPause)
  }

  #times({ request }: Flight, now: number): RequestTimes {
    const { intendedAtMs, startedAtMs } = request
    return {
      responseMs: now - intendedAtMs,
      serviceMs: now - startedAtMs,
      pausedMs: this.#pauses.within(startedAtMs, now),
    }
  }

  get #isFull(): boolean {
    return this.inFlight >= this.#limits.maxInFlight
  }

  /** Whether requests that a pause held up may still be under way. Those given up hold their room by themselves. */
  #isCrowdedByPause(now: number): boolean {
    const { timeoutMs } = this.#limits
    const crowdingMs = Math.min(CROWDING_PAUSE_MS, timeoutMs / 2)
    return this.#pauses.within(now - timeoutMs, now) >= crowdingMs
  }

  /** Resolves when a promise has settled, or at `timeMs`. */
  #roomOr(timeMs: number): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#onRoom = resolve
    })
    return Promise.race([room, timer(timeMs)])
  }

  #timeOutOverdue(): void {
    // Before more are given up: those that stop when they are told to don't run on.
    this.#mostRanOn = Math.max(this.#mostRanOn, this.#flights.givenUp)
    const now = this.#now()
    this.#giveUp('timed out', now)
  }

  /** Gives up those that are overdue, or all. Counts them first: what hears of it finds them counted. */
  #giveUp(ending: 'timed out' | 'unfinished', now: number): void {
    const givenUp: StartedRequest[] = []
    for (const flight of this.#flights) {
      if (ending === 'timed out' && !this.#isOverdue(flight, now)) break
      this.#end(flight, ending, now)
      givenUp.push(flight.request)
    }
    const code = ending === 'timed out' ? 'TIMED_OUT' : 'GRACE_PERIOD_ENDED'
    for (const request of givenUp) request.stop(code)
  }

  /** Works out a little of what was recorded, if it is in nobody's way. */
  #sumUp(): void {
    const now = this.#now()
    const source = this.#source
    const isIdle =
      this.inFlight === 0 && (source.isExhausted(now) || source.nextDueMs > now + IDLE_MS)
    this.#recorder.sumUpNext(now, isIdle)
    this.#windows?.judgeComplete(now, isIdle)
  }

  #isOverdue({ request: { startedAtMs } }: Flight, now: number): boolean {
    return this.#waitedSince(startedAtMs, now) >= this.#limits.timeoutMs
  }

  /**
   * How long the generator has waited, without its pauses: what was answered during a pause is read
   * before anything is given up.
   */
  #waitedSince(fromMs: number, now: number): number {
    return now - fromMs - this.#pauses.within(fromMs, now)
  }

  /** Whether a bound on windows ends the load; overdue answers count as soon as they are. */
  #isAbortedBySlo(): boolean {
    if (this.#windows === null) return false
    const now = this.#now()
    const isWaiting = this.#isWaitingForRoom || this.isDraining
    const startedUntilMs = isWaiting ? Infinity : this.#source.takenUntilMs(now)
    return this.#windows.abortReason(now, startedUntilMs, () => this.#underWay(now)) !== null
  }

  *#underWay(now: number): Generator<RequestUnderWay> {
    for (const flight of this.#flights) {
      const { due, request } = flight
      if (request.isWarmUp) continue
      yield {
        operation: due.operation,
        intendedAtMs: request.intendedAtMs,
        times: this.#times(flight, now),
      }
    }
  }

  /** Every reading of the clock shows whether the generator was paused since the last one. */
  #now(): number {
    const now = nowMs()
    this.#pauses.observe(now)
    return now
  }
}
