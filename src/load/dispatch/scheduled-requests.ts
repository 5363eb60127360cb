import type { Workload } from '../workload.ts'
import type { DueRequest, RequestNotStarted, RequestSource } from './request-source.ts'
import { countMeasuredBefore, type Schedule } from './schedule.ts'
import type { StartedRequest } from './started-request.ts'

/** The requests of an open load: due when the schedule says, whatever becomes of earlier ones. */
export class ScheduledRequests implements RequestSource {
  readonly followsEnds = false
  readonly #schedule: Schedule
  readonly #workload: Workload
  readonly #runs: ReadonlyMap<string, (request: StartedRequest) => Promise<unknown>>
  #next = 0

  constructor(schedule: Schedule, workload: Workload) {
    this.#schedule = schedule
    this.#workload = workload
    this.#runs = new Map(
      [...workload.operations].map(([name, operation]) => [
        name,
        (request) => operation.run(request),
      ]),
    )
  }

  get measureStartMs(): number {
    return this.#schedule.measureStartMs
  }

  get nextDueMs(): number {
    return this.isExhausted() ? Infinity : this.#schedule.dueAtMs(this.#next)
  }

  dueAfterMs(i: number): number {
    const k = this.#next + i
    return k < this.#schedule.total ? this.#schedule.dueAtMs(k) : Infinity
  }

  isMeasuring(): boolean {
    return this.#next >= this.#schedule.warmUpCount
  }

  isExhausted(): boolean {
    return this.#next >= this.#schedule.total
  }

  takenUntilMs(): number {
    return this.nextDueMs
  }

  take(): DueRequest {
    const k = this.#next++
    const { warmUpCount, dueAtMs, numberOf } = this.#schedule
    const number = numberOf(k)
    const operation = this.#workload.draw(number)
    const run = this.#runs.get(operation)
    if (run === undefined) throw new TypeError(`No operation is named "${operation}".`)
    const intendedAtMs = dueAtMs(k)
    const isWarmUp = k < warmUpCount
    return { operation, number, dueAtMs: intendedAtMs, intendedAtMs, isWarmUp, run }
  }

  *notTaken(dueBeforeMs: number): Generator<RequestNotStarted> {
    const { warmUpCount, total, dueAtMs, numberOf } = this.#schedule
    for (let k = Math.max(this.#next, warmUpCount); k < total && dueAtMs(k) < dueBeforeMs; k++) {
      yield { operation: this.#workload.draw(numberOf(k)), intendedAtMs: dueAtMs(k) }
    }
  }

  plannedBefore(dueBeforeMs: number): number {
    return countMeasuredBefore(this.#schedule, dueBeforeMs)
  }
}
