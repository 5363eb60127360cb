import { percentileMs } from './histogram.ts'
import { OperationRecorder } from './recorder.ts'
import type { Deliveries, IntervalFigures, OperationResult } from '../result.ts'
import { TimeCounts } from './time-counts.ts'

/** How a load is going, for a live line. */
export interface LoadProgress {
  readonly phase: 'warm-up' | 'measuring' | 'draining'
  /** Since the measurement began, in ms; negative during the warm-up. */
  readonly elapsedMs: number
  readonly durationMs: number
  /** Requests started in the last whole second, per second; `null` before there is one. */
  readonly startedPerSecond: number | null
  readonly inFlight: number
  /** Failed, timed out or dropped so far. */
  readonly errors: number
  /** Response P99 up to the last whole second, over all operations. */
  readonly p99Ms: number | null
}

const INTERVAL_MS = 1_000

/** Records all operations of a load, and cuts the record into one-second intervals. */
export class LoadRecorder {
  readonly #operations: ReadonlyMap<string, OperationRecorder>
  readonly #measureStartMs: number
  readonly #durationMs: number
  readonly #intervals: IntervalFigures[] = []
  #second = 0

  /** @param measureStartMs when the measurement begins; times before it belong to the warm-up. */
  constructor(operations: Iterable<string>, measureStartMs: number, durationMs: number) {
    this.#operations = new Map([...operations].map((name) => [name, new OperationRecorder(name)]))
    this.#measureStartMs = measureStartMs
    this.#durationMs = durationMs
  }

  /** The recorder of one operation at a moment: intervals that ended before `now` are closed first. */
  at(now: number, operation: string): OperationRecorder {
    this.#closeIntervals(now)
    const recorder = this.#operations.get(operation)
    if (recorder === undefined) throw new TypeError(`No operation is named "${operation}".`)
    return recorder
  }

  progress(now: number, inFlight: number, isDraining: boolean): LoadProgress {
    this.#closeIntervals(now)
    const recorders = [...this.#operations.values()]
    const elapsedMs = now - this.#measureStartMs
    const response = new TimeCounts()
    for (const recorder of recorders) response.add(recorder.responseSoFar)
    const last = this.#intervals.slice(-recorders.length)
    return {
      phase: elapsedMs < 0 ? 'warm-up' : isDraining ? 'draining' : 'measuring',
      elapsedMs,
      durationMs: this.#durationMs,
      startedPerSecond: last.length === 0 ? null : last.reduce((sum, row) => sum + row.started, 0),
      inFlight,
      errors: recorders.reduce((sum, recorder) => sum + recorder.errorCount, 0),
      p99Ms: percentileMs(response.toHistogram(), 99),
    }
  }

  /**
   * Ends the record.
   * @param unfinished requests still under way, by operation.
   * @param deliveries what their receivers saw, by operation.
   */
  finish(
    now: number,
    unfinished: ReadonlyMap<string, number>,
    deliveries: ReadonlyMap<string, Deliveries>,
  ): { operations: ReadonlyMap<string, OperationResult>; intervals: readonly IntervalFigures[] } {
    this.#closeIntervals(now)
    if (now >= this.#measureStartMs) this.#closeInterval()
    const operations = new Map(
      [...this.#operations].map(([name, recorder]) => [
        name,
        recorder.finish(unfinished.get(name) ?? 0, deliveries.get(name) ?? null),
      ]),
    )
    return { operations, intervals: this.#intervals }
  }

  #closeIntervals(now: number): void {
    while (now >= this.#measureStartMs + this.#intervalEndMs()) this.#closeInterval()
  }

  /** An interval is cut where the measurement ends, so that what ended later isn't counted in its throughput. */
  #intervalEndMs(): number {
    const startMs = this.#second * INTERVAL_MS
    const endMs = startMs + INTERVAL_MS
    return startMs < this.#durationMs ? Math.min(endMs, this.#durationMs) : endMs
  }

  #closeInterval(): void {
    for (const recorder of this.#operations.values()) {
      this.#intervals.push(recorder.endInterval(this.#second))
    }
    this.#second++
  }
}
