import type { Ending, RequestTimes } from '../recording/recorder.ts'
import { CheckCounts, type CheckCondition, type CheckResult } from './check-counts.ts'
import type { LoadNotes } from './load-notes.ts'
import { TagSplits, type TagSplit } from './tag-splits.ts'
import type { TagValues } from './tags.ts'

/** What the requests of one operation came to in what they wrote. */
export interface OperationNotesResult {
  /** In the order in which they first came. */
  readonly checks: readonly CheckResult[]
  /** Every declared value of every tag, and of each tag the requests without one. */
  readonly tags: readonly TagSplit[]
}

/**
 * What the requests of one operation read and write besides their times. It is made once per operation and
 * load, so that a request which uses none of it pays for no more than the reference.
 */
export class OperationNotes {
  readonly check: CheckCondition
  /** The load's metrics, by name. */
  readonly metrics: object
  readonly #load: LoadNotes
  readonly #isWarmUp: boolean
  readonly #checks = new CheckCounts()
  readonly #splits: TagSplits | null

  constructor(load: LoadNotes, { isWarmUp }: { readonly isWarmUp: boolean }) {
    this.#load = load
    this.#isWarmUp = isWarmUp
    this.#splits = isWarmUp || load.tags.length === 0 ? null : new TagSplits(load.tags)
    this.check = this.#checks.check
    this.metrics = isWarmUp ? load.metrics.idle : load.metrics.measured
  }

  /**
   * The row of data of a request.
   * @throws FeedExhaustedError past the last row of a unique feed, which no load is let reach.
   */
  rowOf(number: number): unknown {
    return this.#load.rowOf(number)
  }

  /** The values of a request's tags once it has set another one; what isn't declared is counted as that. */
  tagged(before: TagValues | null, name: unknown, value: unknown): TagValues | null {
    const tag = this.#load.tags.findIndex((declared) => declared.name === name)
    const index = this.#load.tags[tag]?.values.findIndex((declared) => declared === value) ?? -1
    if (index < 0) {
      if (!this.#isWarmUp) this.#load.undeclaredTag(name, value)
      return before
    }
    const values = before ?? []
    values[tag] = index
    return values
  }

  /**
   * A measured request has ended.
   * @param isByPause whether a pause of the generator, or an interruption, may be why it is not ok.
   */
  end(values: TagValues | null, ending: Ending, times: RequestTimes, isByPause: boolean): void {
    this.#splits?.end(values, ending, times, isByPause)
  }

  finish(): OperationNotesResult {
    return { checks: this.#checks.finish(), tags: this.#splits?.finish() ?? [] }
  }
}
