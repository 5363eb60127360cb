import { nowMs } from '../clock.ts'
import { longestPauses, mergePauses, OBSERVE_EVERY_MS, type Pause } from '../pauses.ts'
import { Alarm } from './alarm.ts'
import { Batches } from './batches.ts'
import { CoreWaitWatch } from './core-wait.ts'
import { timer } from './wait.ts'
import { watchEventLoop } from './event-loop.ts'
import { type GcWatch, watchGcPauses } from './gc-pauses.ts'
import type { Dispatch } from './technique.ts'
import { LoadAvailability, type LoadUnavailability } from '../recording/load-availability.ts'
import type { LoadRecorder } from '../recording/load-recorder.ts'
import type { GeneratorHealth, LoadResult } from '../result.ts'
import type { RequestSource } from './request-source.ts'
import { RunningRequests } from './running-requests.ts'
import type { RequestTracer } from '../tracing/request-tracer.ts'
import type { SloWindows } from '../slo/slo-windows.ts'

/** Overdue requests are started for at most this long before answers are let in. */
const MAX_CATCH_UP_MS = 5
/** An abort is noticed within this time, however low the rate. */
const MAX_WAIT_MS = 100
/** Once a load is interrupted, requests under way are waited for no longer than this. */
const INTERRUPTED_GRACE_MS = 1_000
/** How long requests that were given up may take to stop before their resources are torn down, in ms. */
const STOP_WITHIN_MS = 1_000
/** Work that can wait, some 40 µs of it, is done if no request is due for this long. */
const IDLE_MS = 0.2

/** Starts the requests of one load when they are due, or counts what keeps them from that. */
export class Dispatcher {
  readonly #source: RequestSource
  readonly #recorder: LoadRecorder
  readonly #limits: LoadResult['limits']
  readonly #dispatch: Dispatch
  readonly #windows: SloWindows | null
  readonly #running: RunningRequests
  readonly #availability: LoadAvailability
  readonly #batches = new Batches()
  #alarm: Alarm | null = null
  #gc: GcWatch | null = null
  #isWaitingForRoom = false

  constructor(
    source: RequestSource,
    recorder: LoadRecorder,
    limits: LoadResult['limits'],
    dispatch: Dispatch,
    windows: SloWindows | null,
    tracer: RequestTracer | null = null,
  ) {
    this.#source = source
    this.#recorder = recorder
    this.#limits = limits
    this.#dispatch = dispatch
    this.#windows = windows
    const onEnd = (): void => this.#alarm?.bringForward(source.nextDueMs)
    this.#availability = new LoadAvailability((fromMs, untilMs) =>
      this.#running.pauses.within(fromMs, untilMs),
    )
    const availability = this.#availability
    const listeners = { recorder, windows, availability, onEnd, tracer }
    this.#running = new RunningRequests(limits, listeners)
  }

  /** The number of running requests, given up or not. */
  get inFlight(): number {
    return this.#running.count
  }

  /** Requests that ran on after they had been given up. */
  get ranOn(): GeneratorHealth['ranOn'] {
    return this.#running.ranOn
  }

  /** Whether no more requests will be started. */
  get isDraining(): boolean {
    return this.#source.isExhausted(nowMs())
  }

  /** The generator's pauses, in order. */
  get pauses(): readonly Pause[] {
    return this.#running.pauses.list
  }

  /**
   * The generator's pauses, and those of 1 ms and more by garbage collection while it started requests: in order and
   * without overlaps.
   */
  get pausesWithGc(): readonly Pause[] {
    return mergePauses([this.pauses, this.#gc?.list ?? []])
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
    const gc = (this.#gc = watchGcPauses())
    const coreWait = new CoreWaitWatch()
    const isAborted = (): boolean => signal?.aborted === true || this.#isAbortedBySlo()
    const sweeper = setInterval(() => {
      this.#running.timeOutOverdue()
      this.#sumUp()
    }, OBSERVE_EVERY_MS)
    let isMeasuring = false
    try {
      while (!this.isDraining && !isAborted()) {
        const now = nowMs()
        const dueMs = source.nextDueMs
        if (this.#isWaitingForRoom) {
          await this.#running.roomOr(Math.min(endMs + gracePeriodMs, now + MAX_WAIT_MS))
        } else if (alarm !== null) {
          await alarm.until(Math.min(dueMs, now + MAX_WAIT_MS))
        } else if (dueMs > now + MAX_WAIT_MS) {
          // Not to its end, because this is less precise.
          await timer(now + MAX_WAIT_MS / 2)
        } else {
          await wait.until(dueMs, dueAfter)
        }
        if (!isMeasuring && source.isMeasuring(nowMs())) {
          isMeasuring = true
          eventLoop.reset()
          gc.reset()
          coreWait.reset()
          this.#running.pauses.reset(source.measureStartMs)
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
      pauses: this.#running.pauses.figures,
      longestPauses: longestPauses(this.pauses, source.measureStartMs),
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
      recorder.due(this.#recorder.secondOf(request.intendedAtMs))
      recorder.notStarted()
      this.#windows?.notStarted(request)
    }
  }

  /**
   * Waits for the requests under way; those that don't end in time are unfinished. Then waits a
   * moment for those that were given up to stop.
   * @param endMs when the grace period began.
   * @param signal shortens it once it is aborted, however far it is.
   * @returns whether requests are unfinished because it did, and how long nothing had succeeded.
   */
  async drain(
    endMs: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly isCutShort: boolean; readonly unavailability: LoadUnavailability }> {
    let graceMs = this.#limits.gracePeriodMs
    let isGraceCut = false
    while (this.#running.countUnderWay > 0) {
      const waitedMs = this.#running.waitedSince(endMs, this.#running.now())
      if (!isGraceCut && signal?.aborted === true) {
        isGraceCut = true
        graceMs = Math.min(graceMs, waitedMs + INTERRUPTED_GRACE_MS)
      }
      if (waitedMs >= graceMs) break
      await timer(nowMs() + 1)
      this.#running.timeOutOverdue()
      this.#sumUp()
    }
    const now = this.#running.now()
    const isCutShort = isGraceCut && this.#running.countUnderWay > 0
    this.#running.giveUpAll(now, isGraceCut)
    const unavailability = this.#availability.finish(now)
    const stopByMs = now + STOP_WITHIN_MS
    while (this.inFlight > 0 && nowMs() < stopByMs) await timer(nowMs() + 1)
    return { isCutShort, unavailability }
  }

  /** Starts all requests that are due by now. */
  #catchUp(endMs: number): void {
    const source = this.#source
    const { whenFull, gracePeriodMs } = this.#limits
    let now = this.#running.now()
    const pauseMs = now + MAX_CATCH_UP_MS
    const mayWait = whenFull === 'wait' && this.#running.waitedSince(endMs, now) < gracePeriodMs
    while (!source.isExhausted(now) && source.nextDueMs <= now) {
      this.#isWaitingForRoom = this.#running.isFull && mayWait
      if (this.#isWaitingForRoom) break
      this.#batches.add(source.nextDueMs)
      this.#start(now)
      now = this.#running.now()
      if (now >= pauseMs) break
    }
    if (source.isExhausted(now) || source.nextDueMs > now) this.#batches.end()
  }

  #start(now: number): void {
    const due = this.#source.take(now)
    const { operation, dueAtMs, intendedAtMs, isWarmUp } = due
    const recorder = isWarmUp ? null : this.#recorder.at(now, operation)
    recorder?.due(this.#recorder.secondOf(dueAtMs))
    const isDropped = this.#running.isFull
    const isByPause = isDropped && this.#running.isCrowdedByPause(now)
    if (!isWarmUp) {
      const start = isByPause ? 'dropped by a pause' : isDropped ? 'dropped' : 'started'
      this.#windows?.due({ operation, intendedAtMs }, now, start)
      this.#availability.due(operation, intendedAtMs, now)
    }
    if (isDropped) {
      recorder?.drop(isByPause)
      return
    }
    recorder?.start(now - dueAtMs)
    this.#running.start(due, recorder?.notes ?? this.#recorder.warmUpNotes, now)
  }

  /** Sums up part of the record if that delays no request. */
  #sumUp(): void {
    const now = this.#running.now()
    const source = this.#source
    const isIdle =
      this.inFlight === 0 && (source.isExhausted(now) || source.nextDueMs > now + IDLE_MS)
    this.#recorder.sumUpNext(now, isIdle)
    this.#windows?.judgeComplete(now, isIdle)
  }

  /** Whether a windowed bound aborts the load; overdue answers count as soon as they are overdue. */
  #isAbortedBySlo(): boolean {
    if (this.#windows === null) return false
    const now = this.#running.now()
    const isWaiting = this.#isWaitingForRoom || this.isDraining
    const startedUntilMs = isWaiting ? Infinity : this.#source.takenUntilMs(now)
    return (
      this.#windows.abortReason(now, startedUntilMs, () => this.#running.underWay(now)) !== null
    )
  }
}
