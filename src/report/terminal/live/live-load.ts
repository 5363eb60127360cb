import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import { sumOfSparse, type SparseCounts } from '../../../load/recording/sparse-counts.ts'
import type { IntervalFigures } from '../../../load/result.ts'
import { total } from '../../../load/totals.ts'
import type { LoadOutline } from '../../live/run-event.ts'

/** All operations of a load in one of its seconds. */
export interface LiveSecond {
  readonly second: number
  /** Requests due per second; `null` if unknown. */
  readonly askedPerSecond: number | null
  /** Requests started per second. */
  readonly achievedPerSecond: number
  readonly response: SparseCounts
}

/** What an operation's requests have come to so far. */
export interface OperationSoFar {
  readonly ok: number
  /** Failed, timed out or dropped. */
  readonly notOk: number
  readonly response: SparseCounts
}

/** No sparkline shows more. */
const MAX_SECONDS = 120

const NONE: OperationSoFar = { ok: 0, notOk: 0, response: [] }

/** What is known of a load while it runs. */
export class LiveLoad {
  /** The name that its report will have. */
  readonly name: string
  outline: LoadOutline | null = null
  progress: LoadProgress | null = null
  /** The last ones, in order. */
  readonly seconds: LiveSecond[] = []
  readonly operations = new Map<string, OperationSoFar>()
  /** Failed requests by error code, and those that timed out or were dropped. */
  readonly errors = new Map<string, number>()

  constructor(name: string) {
    this.name = name
  }

  add(progress: LoadProgress): void {
    this.progress = progress
    for (const [second, intervals] of Map.groupBy(progress.intervals, (one) => one.second)) {
      this.#addSecond(second, intervals, progress.durationMs)
    }
    for (const interval of progress.intervals) this.#addInterval(interval)
  }

  /** Until no more requests are due, in ms; `null` before it runs. */
  get leftMs(): number | null {
    const { progress } = this
    return progress === null ? null : Math.max(progress.durationMs - progress.elapsedMs, 0)
  }

  /** The last second may be a part of one, and none follows the end of the measurement. */
  #addSecond(second: number, intervals: readonly IntervalFigures[], durationMs: number): void {
    const lengthMs = Math.min(durationMs - second * 1_000, 1_000)
    if (lengthMs <= 0) return
    const perSecond = (count: number): number => (count * 1_000) / lengthMs
    const planned = intervals.map((interval) => interval.planned).filter((count) => count !== null)
    const asked = planned.length === 0 ? null : total(planned, (count) => count)
    this.seconds.push({
      second,
      askedPerSecond: asked === null ? null : perSecond(asked),
      achievedPerSecond: perSecond(total(intervals, ({ started }) => started)),
      response: sumOfSparse(intervals.map(({ response }) => response?.counts ?? [])),
    })
    if (this.seconds.length > MAX_SECONDS) this.seconds.shift()
  }

  #addInterval(interval: IntervalFigures): void {
    const { operation, ok, failed, timedOut, dropped, response, errors } = interval
    const before = this.operations.get(operation) ?? NONE
    this.operations.set(operation, {
      ok: before.ok + ok,
      notOk: before.notOk + failed + timedOut + dropped,
      response: sumOfSparse([before.response, response?.counts ?? []]),
    })
    for (const { code, count } of errors) this.#addErrors(code, count)
    this.#addErrors('timed out', timedOut)
    this.#addErrors('dropped', dropped)
  }

  #addErrors(kind: string, count: number): void {
    if (count > 0) this.errors.set(kind, (this.errors.get(kind) ?? 0) + count)
  }
}
