import { nowMs } from '../clock.ts'
import { WAIT, type Technique } from './technique.ts'
import { timer } from './timer.ts'
import { watchEventLoop } from './event-loop.ts'
import { watchGcPauses } from './gc-pauses.ts'
import { InFlight, type Flight } from './in-flight.ts'
import type { LoadRecorder } from '../recording/load-recorder.ts'
import type { GeneratorHealth, LoadResult } from '../result.ts'
import type { Schedule } from './schedule.ts'
import type { SloWindows } from '../slo/slo-windows.ts'
import type { Workload } from '../workload.ts'

const TIMEOUT_SWEEP_MS = 10
/** After starting overdue requests for so long, answers to earlier ones are let in. */
const LONGEST_CATCH_UP_MS = 5
/** An abort is noticed within this time, however low the rate. */
const LONGEST_WAIT_MS = 100

/** Starts the requests of one load when they are due, times them out, and counts each once. */
export class Dispatcher {
  readonly #schedule: Schedule
  readonly #workload: Workload
  readonly #recorder: LoadRecorder
  readonly #limits: LoadResult['limits']
  readonly #technique: Technique
  readonly #windows: SloWindows | null
  readonly #flights = new InFlight()
  #next = 0
  #batch = 0
  #batchFromMs = 0
  #isWaitingForRoom = false
  #onRoom: () => void = () => {}
  #largestBatch = 0
  #longestBatchMs = 0

  constructor(
    schedule: Schedule,
    workload: Workload,
    recorder: LoadRecorder,
    limits: LoadResult['limits'],
    technique: Technique,
    windows: SloWindows | null,
  ) {
    this.#schedule = schedule
    this.#workload = workload
    this.#recorder = recorder
    this.#limits = limits
    this.#technique = technique
    this.#windows = windows
  }

  get inFlight(): number {
    return this.#flights.count
  }

  /** Whether every request has been started or dropped. */
  get isDraining(): boolean {
    return this.#next >= this.#schedule.total
  }

  /**
   * Starts every request at its time, until the last one or the signal.
   * @param giveUpMs when requests that wait for room are dropped.
   * @returns how the generator did after the warm-up.
   */
  async startRequests(giveUpMs: number, signal: AbortSignal | undefined): Promise<GeneratorHealth> {
    const { dueAtMs, warmUpCount } = this.#schedule
    const wait = WAIT[this.#technique]
    const eventLoop = watchEventLoop()
    const gc = watchGcPauses()
    const isAborted = (): boolean =>
      signal?.aborted === true || (this.#windows?.abortReason(nowMs()) ?? null) !== null
    const sweeper = setInterval(() => this.#timeOutOverdue(), TIMEOUT_SWEEP_MS)
    let isMeasuring = false
    try {
      while (!this.isDraining && !isAborted()) {
        const latestMs = nowMs() + LONGEST_WAIT_MS
        await (this.#isWaitingForRoom
          ? this.#roomOr(Math.min(giveUpMs, latestMs))
          : wait(Math.min(dueAtMs(this.#next), latestMs)))
        if (!isMeasuring && this.#next >= warmUpCount) {
          isMeasuring = true
          eventLoop.reset()
          gc.reset()
          this.#largestBatch = this.#longestBatchMs = 0
        }
        this.#catchUp(giveUpMs)
      }
    } finally {
      clearInterval(sweeper)
    }
    return {
      dispatch: this.#technique,
      largestBatch: this.#largestBatch,
      longestBatchMs: this.#longestBatchMs,
      eventLoopDelay: eventLoop.stop(),
      gcPauses: await gc.stop(),
    }
  }

  /** Waits for the requests under way; how many of each measured operation had not ended by `untilMs`. */
  async drain(untilMs: number): Promise<ReadonlyMap<string, number>> {
    while (this.inFlight > 0 && nowMs() < untilMs) {
      await timer(nowMs() + 1)
      this.#timeOutOverdue()
    }
    const unfinished = new Map<string, number>()
    for (const flight of this.#flights.overdue(Infinity)) {
      this.#flights.end(flight)
      if (flight.request.isWarmUp) continue
      unfinished.set(flight.operation, (unfinished.get(flight.operation) ?? 0) + 1)
    }
    return unfinished
  }

  /** Starts all requests that are due by now. */
  #catchUp(giveUpMs: number): void {
    const { dueAtMs } = this.#schedule
    let now = nowMs()
    const pauseMs = now + LONGEST_CATCH_UP_MS
    while (!this.isDraining && dueAtMs(this.#next) <= now) {
      this.#isWaitingForRoom = this.#isFull && this.#limits.whenFull === 'wait' && now < giveUpMs
      if (this.#isWaitingForRoom) break
      const dueMs = dueAtMs(this.#next)
      if (this.#batch++ === 0) this.#batchFromMs = dueMs
      this.#longestBatchMs = Math.max(this.#longestBatchMs, dueMs - this.#batchFromMs)
      this.#start(now)
      now = nowMs()
      if (now >= pauseMs) break
    }
    this.#largestBatch = Math.max(this.#largestBatch, this.#batch)
    if (this.isDraining || dueAtMs(this.#next) > now) this.#batch = 0
  }

  #start(now: number): void {
    const k = this.#next++
    const isWarmUp = k < this.#schedule.warmUpCount
    const intendedAtMs = this.#schedule.dueAtMs(k)
    const number = this.#schedule.numberOf(k)
    const name = this.#workload.draw(number)
    const recorder = isWarmUp ? null : this.#recorder.at(now, name)
    recorder?.due()
    if (!isWarmUp) this.#windows?.due({ operation: name, intendedAtMs }, now, !this.#isFull)
    if (this.#isFull) {
      recorder?.drop()
      return
    }
    recorder?.start(now - intendedAtMs)
    const request = { number, intendedAtMs, startedAtMs: now, isWarmUp }
    const flight = this.#flights.add(name, request)
    const fail = (error: unknown): void => this.#end(flight, { error })
    try {
      this.#workload.run(name, request).then(() => this.#end(flight, null), fail)
    } catch (error) {
      fail(error)
    }
  }

  #end(flight: Flight, failure: { error: unknown } | null): void {
    if (!this.#flights.end(flight)) return
    this.#onRoom()
    if (flight.request.isWarmUp) return
    const now = nowMs()
    const { operation } = flight
    const { intendedAtMs, startedAtMs } = flight.request
    const recorder = this.#recorder.at(now, operation)
    const responseMs = now - intendedAtMs
    const serviceMs = now - startedAtMs
    const isTimeout = serviceMs >= this.#limits.timeoutMs
    if (isTimeout) recorder.timeOut(responseMs, serviceMs)
    else if (failure === null) recorder.succeed(responseMs, serviceMs)
    else recorder.fail(failure.error, responseMs)
    const ending = isTimeout ? 'timed out' : failure === null ? 'ok' : 'failed'
    this.#windows?.end({ operation, intendedAtMs }, now, ending, responseMs, serviceMs)
  }

  get #isFull(): boolean {
    return this.#flights.count >= this.#limits.maxInFlight
  }

  /** Resolves when a request has ended, or at `timeMs`. */
  #roomOr(timeMs: number): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#onRoom = resolve
    })
    return Promise.race([room, timer(timeMs)])
  }

  #timeOutOverdue(): void {
    const startedBeforeMs = nowMs() - this.#limits.timeoutMs
    for (const flight of this.#flights.overdue(startedBeforeMs)) this.#end(flight, null)
  }
}
