import { rowsOf, type Feed } from '../feed/feed.ts'
import { MetricRecorders, type MetricResult } from '../metrics/metric-recorders.ts'
import type { MetricDeclarations } from '../metrics/declare-metrics.ts'
import { shortText } from '../short-text.ts'
import { readTags, type DeclaredTag, type TagDeclarations, type TagValues } from './tags.ts'
import type { Ending, RequestTimes } from '../recording/request-end.ts'
import { CheckCounts, type CheckCondition, type CheckResult } from './check-counts.ts'
import { TagSplits, type TagSplit } from './tag-splits.ts'

/** The parts of a plan that requests read from and write to. */
export interface NotesPlan {
  readonly data?: Feed<unknown> | undefined
  readonly tags?: TagDeclarations | undefined
  readonly metrics?: MetricDeclarations | undefined
}

/** Tags that were set, but that the load doesn't declare. */
export interface UndeclaredTags {
  readonly count: number
  /** The first one, such as `cache=mis`; empty without any. */
  readonly sample: string
}

/** The notes of a load that don't belong to one operation. */
export interface LoadNotesResult {
  readonly metrics: readonly MetricResult[]
  readonly undeclaredTags: UndeclaredTags
}

/** The data rows that a load's requests read, and the tags, checks and metrics that they write. */
export class LoadNotes {
  readonly rowOf: (number: number) => unknown
  readonly tags: readonly DeclaredTag[]
  readonly metrics: MetricRecorders
  /** The notes of warm-up requests, which are discarded. */
  readonly warmUp: OperationNotes
  #undeclared = 0
  #firstUndeclared = ''

  /**
   * @param seed of the order of a shuffled feed.
   * @param endMs when requests stop being started, by `nowMs()`.
   */
  constructor({ data, tags = {}, metrics = {} }: NotesPlan, seed: number, endMs: number) {
    this.rowOf = data === undefined ? () => undefined : rowsOf(data, seed)
    this.tags = readTags(tags)
    this.metrics = new MetricRecorders(metrics, endMs)
    this.warmUp = new OperationNotes(this, { isWarmUp: true })
  }

  /** The notes of one operation's measured requests. */
  ofOperation(): OperationNotes {
    return new OperationNotes(this, { isWarmUp: false })
  }

  /** A measured request has set a tag, or a value of one, that the load doesn't declare. */
  undeclaredTag(name: unknown, value: unknown): void {
    if (this.#undeclared === 0) this.#firstUndeclared = `${shortText(name)}=${shortText(value)}`
    this.#undeclared++
  }

  /** The load ends early: no requests are started after `endMs`. */
  endAt(endMs: number): void {
    this.metrics.endAt(endMs)
  }

  finish(): LoadNotesResult {
    return {
      metrics: this.metrics.finish(),
      undeclaredTags: { count: this.#undeclared, sample: this.#firstUndeclared },
    }
  }
}

/** The checks and tags of one operation's requests. */
export interface OperationNotesResult {
  /** In order of first use. */
  readonly checks: readonly CheckResult[]
  /** Every declared value of every tag, and the requests without a value of each tag. */
  readonly tags: readonly TagSplit[]
}

/**
 * The rows, checks, tags and metrics of one operation's requests. It is made once per operation and load, so
 * that a request that uses none of them costs only a reference.
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
