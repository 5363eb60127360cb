import { percentileMs } from './histogram.ts'
import { receivedPerSecond } from './arrivals.ts'
import type { FaultProgress } from '../faults/fault-record.ts'
import { assertConserved } from './conservation.ts'
import { OperationRecorder } from './recorder.ts'
import type { ReceiptsSoFar } from './delivery-tally.ts'
import type { ExactProgress, ExactTimes, OperationReceipts } from './exact-progress.ts'
import type { Deliveries, IntervalFigures, LoadResult, OperationAudit } from '../result.ts'
import { LoadNotes, type LoadNotesResult, type OperationNotes } from '../notes/load-notes.ts'
import { TimeCounts } from './time-counts.ts'

/** The progress of a load, for a live line. */
export interface LoadProgress extends RecordedProgress {
  /** The load's faults, in order of time. */
  readonly faults: readonly FaultProgress[]
}

/** What its record tells of it. */
interface RecordedProgress {
  readonly phase: 'warm-up' | 'measuring' | 'draining'
  /** Since the measurement began, in ms; negative during the warm-up. */
  readonly elapsedMs: number
  readonly durationMs: number
  /** Requests started in the last whole second, per second; `null` before there is one. */
  readonly startedPerSecond: number | null
  readonly inFlight: number
  /** Failed, timed out or dropped so far. */
  readonly errors: number
  /** The dropped ones among them. */
  readonly dropped: number
  /** Response P99 up to the last whole second, over all operations. */
  readonly p99Ms: number | null
  /** All operations up to the last whole second, for a report now and then. */
  readonly soFar: ProgressSoFar
  /** Receipts of all operations that count them while they run; `null` if none does. */
  readonly receipts: ReceiptsSoFar | null
  /** The intervals that have ended since the last progress. */
  readonly intervals: readonly IntervalFigures[]
  /** Absent unless asked for: it is several times larger than the rest. */
  readonly exact?: ExactProgress
}

/** The outcome of a load's first seconds. */
export interface ProgressSoFar {
  readonly seconds: number
  readonly started: number
  readonly ok: number
  /** Failed, timed out or dropped. */
  readonly notOk: number
  /** Response times; `null` before there is one. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  /** How late requests were started; `null` before there is one. */
  readonly lateness: { readonly p50Ms: number; readonly p99Ms: number } | null
}

const NOTHING_YET: ProgressSoFar = {
  seconds: 0,
  started: 0,
  ok: 0,
  notOk: 0,
  p50Ms: null,
  p95Ms: null,
  lateness: null,
}

const UNKNOWN_AUDIT: OperationAudit = {
  losses: null,
  unavailableMs: null,
  unavailableAtLeastMs: null,
}

const INTERVAL_MS = 1_000

/**
 * Records all operations of a load, and cuts the record into one-second intervals.
 *
 * Recording is on the path of every request, so time spent on it delays others. A second therefore ends by
 * swapping sets of counts: each operation continues with its other set. The full set is summed up later,
 * between requests, one operation at a time: see `sumUpNext`. An operation has two sets, so memory doesn't
 * grow if there is no idle moment: the rest is summed up when the next second ends.
 */
export class LoadRecorder {
  readonly #operations: ReadonlyMap<string, OperationRecorder>
  readonly #notes: LoadNotes
  readonly #measureStartMs: number
  readonly #durationMs: number
  /** When requests stop being started, in ms after the measurement began. */
  #endMs: number
  /** Totals of finished seconds. */
  readonly #intervals: IntervalFigures[] = []
  #toldIntervals = 0
  /** Times not yet told; stays empty unless they are asked for. */
  #untoldTimes: ExactTimes[] = []
  readonly #tellsExact: boolean
  /** Response times of all operations. */
  readonly #response = new TimeCounts()
  /** The lateness of all operations. */
  readonly #lateness = new TimeCounts()
  #soFar: ProgressSoFar = NOTHING_YET
  #p99Ms: number | null = null
  /** The current second. */
  #second = 0
  /** The previous second: operations still to be summed up, and those that are. */
  #unsummed: OperationRecorder[] = []
  #summed: IntervalFigures[] = []

  /**
   * @param measureStartMs when the measurement begins; times before it belong to the warm-up.
   * @param notes what its requests read and write.
   * @param tellsExact whether progress has exact times, which the caller then asks for once per second at least.
   */
  constructor(
    operations: Iterable<string>,
    measureStartMs: number,
    durationMs: number,
    notes = new LoadNotes({}, 1, measureStartMs + durationMs),
    tellsExact = false,
  ) {
    this.#operations = new Map(
      [...operations].map((name) => [
        name,
        new OperationRecorder(name, notes.ofOperation(), tellsExact),
      ]),
    )
    this.#notes = notes
    this.#tellsExact = tellsExact
    this.#measureStartMs = measureStartMs
    this.#durationMs = this.#endMs = durationMs
  }

  /** The load is ended early, at `now`: that interval is cut here, and what follows is not part of it. */
  endAt(now: number): void {
    this.#closeIntervals(now)
    this.#endMs = Math.min(now - this.#measureStartMs, this.#durationMs)
    this.#notes.endAt(this.#measureStartMs + this.#endMs)
  }

  /** The notes of warm-up requests. */
  get warmUpNotes(): OperationNotes {
    return this.#notes.warmUp
  }

  /** The second of the measurement that a time is in; the first or last one for times outside of it. */
  secondOf(timeMs: number): number {
    const second = Math.floor((timeMs - this.#measureStartMs) / INTERVAL_MS)
    return Math.max(Math.min(second, Math.ceil(this.#durationMs / INTERVAL_MS) - 1), 0)
  }

  /** The recorder of one operation at a moment: intervals that ended before `now` are closed first. */
  at(now: number, operation: string): OperationRecorder {
    this.#closeIntervals(now)
    const recorder = this.#operations.get(operation)
    if (recorder === undefined) throw new TypeError(`No operation is named "${operation}".`)
    return recorder
  }

  /**
   * Sums up one operation of the second that has ended, which takes about 40 µs. Call it now and then.
   * @param isIdle whether no request is waiting. If one always is, half a second remains for it all
   *   the same.
   */
  sumUpNext(now: number, isIdle: boolean): void {
    const sinceMs = now - this.#measureStartMs - this.#second * INTERVAL_MS
    if (isIdle || sinceMs >= INTERVAL_MS / 2) this.#sumUpOne()
  }

  /** The progress up to the last second summed up. Takes a few µs. */
  progress(
    now: number,
    inFlight: number,
    isDraining: boolean,
    receipts: ReceiptsSoFar | null = null,
    receiptsOfEach: () => readonly OperationReceipts[] = () => [],
  ): RecordedProgress {
    this.#closeIntervals(now)
    const recorders = [...this.#operations.values()]
    const elapsedMs = now - this.#measureStartMs
    const last = this.#intervals.slice(-recorders.length)
    return {
      phase: elapsedMs < 0 ? 'warm-up' : isDraining ? 'draining' : 'measuring',
      elapsedMs,
      durationMs: this.#durationMs,
      startedPerSecond: last.length === 0 ? null : last.reduce((sum, row) => sum + row.started, 0),
      inFlight,
      errors: recorders.reduce((sum, recorder) => sum + recorder.errorCount, 0),
      dropped: recorders.reduce((sum, recorder) => sum + recorder.droppedCount, 0),
      p99Ms: this.#p99Ms,
      soFar: this.#soFar,
      receipts,
      intervals: this.#untoldIntervals(),
      ...(this.#tellsExact
        ? { exact: { times: this.#takeTimes(), receipts: receiptsOfEach() } }
        : {}),
    }
  }

  /**
   * Ends the record.
   * @param scheduled requests that the schedule has in the time measured.
   * @param deliveries what their receivers saw, by operation.
   * @param auditOf what else became known of an operation.
   * @throws ConservationError if the counts don't add up to the schedule.
   */
  finish(
    now: number,
    scheduled: number,
    deliveries: ReadonlyMap<string, Deliveries>,
    auditOf: (operation: string) => OperationAudit = () => UNKNOWN_AUDIT,
  ): Pick<LoadResult, 'operations' | 'intervals' | keyof LoadNotesResult> {
    this.#closeIntervals(now)
    if (now >= this.#measureStartMs) this.#closeInterval()
    this.#sumUpRest()
    const recorders = [...this.#operations]
    assertConserved(new Map(recorders.map(([name, { counts }]) => [name, counts])), scheduled)
    const operations = new Map(
      recorders.map(([name, recorder]) => [
        name,
        { ...recorder.finish(deliveries.get(name) ?? null), ...auditOf(name) },
      ]),
    )
    return { operations, intervals: this.#finished(deliveries), ...this.#notes.finish() }
  }

  /** The seconds, completed by what was known only later: requests started late, and receipts. */
  #finished(deliveries: ReadonlyMap<string, Deliveries>): readonly IntervalFigures[] {
    const lastSecond = Math.max(this.#second - 1, 0)
    const received = new Map(
      [...deliveries].map(([name, seen]) => [
        name,
        receivedPerSecond(seen, this.#measureStartMs, lastSecond),
      ]),
    )
    return this.#intervals.map((interval) => {
      const { operation, second } = interval
      const planned = this.#operations.get(operation)?.plannedIn(second) ?? null
      const receipts = received.get(operation)?.[second] ?? null
      return { ...interval, planned, received: receipts }
    })
  }

  #closeIntervals(now: number): void {
    while (now >= this.#measureStartMs + this.#intervalEndMs()) this.#closeInterval()
  }

  /** An interval is cut where the measurement ends, so that what ended later isn't counted in its throughput. */
  #intervalEndMs(): number {
    const startMs = this.#second * INTERVAL_MS
    const endMs = startMs + INTERVAL_MS
    return startMs < this.#endMs ? Math.min(endMs, this.#endMs) : endMs
  }

  #untoldIntervals(): readonly IntervalFigures[] {
    const untold = this.#intervals.slice(this.#toldIntervals)
    this.#toldIntervals = this.#intervals.length
    return untold
  }

  #takeTimes(): readonly ExactTimes[] {
    const times = this.#untoldTimes
    this.#untoldTimes = []
    return times
  }

  #closeInterval(): void {
    this.#sumUpRest()
    for (const recorder of this.#operations.values()) {
      recorder.endInterval()
      this.#unsummed.push(recorder)
    }
    // Taken from its end, in the order of the workload.
    this.#unsummed.reverse()
    this.#second++
  }

  #sumUpRest(): void {
    while (this.#unsummed.length > 0) this.#sumUpOne()
  }

  #sumUpOne(): void {
    const recorder = this.#unsummed.pop()
    if (recorder === undefined) return
    if (this.#tellsExact) this.#untoldTimes.push(recorder.endedTimes)
    this.#summed.push(recorder.sumUp(this.#second - 1, this.#response, this.#lateness))
    if (this.#unsummed.length === 0) this.#addSummed()
  }

  /** Adds a second once all its operations are summed up. */
  #addSummed(): void {
    let { started, ok, notOk } = this.#soFar
    for (const interval of this.#summed) {
      this.#intervals.push(interval)
      started += interval.started
      ok += interval.ok
      notOk += interval.failed + interval.timedOut + interval.dropped
    }
    this.#summed = []
    this.#soFar = {
      seconds: this.#second,
      started,
      ok,
      notOk,
      p50Ms: percentileMs(this.#response, 50),
      p95Ms: percentileMs(this.#response, 95),
      lateness: this.#latenessSoFar(),
    }
    this.#p99Ms = percentileMs(this.#response, 99)
  }

  #latenessSoFar(): ProgressSoFar['lateness'] {
    const p50Ms = percentileMs(this.#lateness, 50)
    const p99Ms = percentileMs(this.#lateness, 99)
    return p50Ms === null || p99Ms === null ? null : { p50Ms, p99Ms }
  }
}
