import type { IterationFigures } from '../load-model.ts'
import type { Ending } from '../recording/request-end.ts'
import { TimeCounts } from '../recording/time-counts.ts'

/** Counts and times the iterations that began in the measurement. */
export class IterationTally {
  readonly #time = new TimeCounts()
  #started = 0
  #completed = 0
  #cutShort = 0

  start(): void {
    this.#started++
  }

  /** Every step succeeded. */
  complete(busyMs: number): void {
    this.#completed++
    this.#time.record(busyMs)
  }

  /**
   * A step of it didn't succeed. Failing fast is not being fast, so a failure has no time; what never
   * ended took at least the time waited.
   * @param busyMs service times of its steps so far.
   */
  break(ending: Exclude<Ending, 'ok'>, busyMs: number): void {
    if (ending !== 'unfinished') this.#cutShort++
    if (ending !== 'failed') this.#time.record(busyMs)
  }

  get figures(): IterationFigures {
    const [started, completed, cutShort] = [this.#started, this.#completed, this.#cutShort]
    const underWay = started - completed - cutShort
    return { started, completed, cutShort, underWay, time: this.#time.toHistogram() }
  }
}
