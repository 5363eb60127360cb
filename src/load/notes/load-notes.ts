import { rowsOf, type Feed } from '../feed/feed.ts'
import { MetricRecorders, type MetricResult } from '../metrics/metric-recorders.ts'
import type { MetricDeclarations } from '../metrics/declare-metrics.ts'
import { OperationNotes } from './operation-notes.ts'
import { shortText } from './short-text.ts'
import { readTags, type DeclaredTag, type TagDeclarations } from './tags.ts'

/** What a load gives its requests to read and to write. */
export interface NotesPlan {
  readonly data?: Feed<unknown> | undefined
  readonly tags?: TagDeclarations | undefined
  readonly metrics?: MetricDeclarations | undefined
}

/** Tags that were set although the load doesn't declare them. */
export interface UndeclaredTags {
  readonly count: number
  /** The first of them, such as `cache=mis`; empty if there was none. */
  readonly sample: string
}

/** What the requests of a load came to in what they wrote, operations aside. */
export interface LoadNotesResult {
  readonly metrics: readonly MetricResult[]
  readonly undeclaredTags: UndeclaredTags
}

/** Where the requests of one load get their rows of data, and where they write tags, checks and metrics. */
export class LoadNotes {
  readonly rowOf: (number: number) => unknown
  readonly tags: readonly DeclaredTag[]
  readonly metrics: MetricRecorders
  /** Where requests of the warm-up write: nowhere. */
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

  /** Where the measured requests of one operation write. */
  ofOperation(): OperationNotes {
    return new OperationNotes(this, { isWarmUp: false })
  }

  /** A measured request has set a tag, or a value of one, that the load doesn't declare. */
  undeclaredTag(name: unknown, value: unknown): void {
    if (this.#undeclared === 0) this.#firstUndeclared = `${shortText(name)}=${shortText(value)}`
    this.#undeclared++
  }

  /** Requests stop being started earlier, because the load is ended. */
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
