import type { Histogram } from 'hdr-histogram-js'
import { newTimeHistogram } from '../recording/histogram.ts'
import type { Ending, RequestTimes } from '../recording/request-end.ts'
import { TimeCounts } from '../recording/time-counts.ts'
import type { DeclaredTag, TagValues } from './tags.ts'

/** The outcomes of started requests; a request has tags only once it runs. */
export interface EndedCounts {
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  readonly unfinished: number
}

/**
 * The requests of one operation with one value of a tag. Those of all values of a tag, and those without
 * one, are together the requests that were started. Histograms are in µs, and hold what those of the
 * operation hold.
 */
export interface TagSplit {
  readonly tag: string
  /** `null`: the requests that ended without a value of this tag. */
  readonly value: string | null
  readonly counts: EndedCounts
  /** Failed or unfinished, possibly because of a pause of the generator or an interruption. */
  readonly lostByPause: number
  readonly response: Histogram
  readonly service: Histogram
  readonly undisturbed: Histogram
}

/** Splits the requests of one operation by the values of each tag. */
export class TagSplits {
  readonly #tags: readonly DeclaredTag[]
  /** By tag and value; the last of each tag are the requests without one. */
  readonly #splits: readonly (readonly Split[])[]

  constructor(tags: readonly DeclaredTag[]) {
    this.#tags = tags
    this.#splits = tags.map(({ values }) => [...values, null].map(() => new Split()))
  }

  /**
   * A request has ended.
   * @param isByPause whether a pause of the generator, or an interruption, may be why it is not ok.
   */
  end(values: TagValues | null, ending: Ending, times: RequestTimes, isByPause: boolean): void {
    for (let tag = 0; tag < this.#splits.length; tag++) {
      const splits = this.#splits[tag] ?? []
      const value = values?.[tag] ?? splits.length - 1
      splits[value]?.end(ending, times, isByPause)
    }
  }

  finish(): readonly TagSplit[] {
    return this.#tags.flatMap(({ name, values }, tag) =>
      [...values, null].flatMap((value, index) => {
        const split = this.#splits[tag]?.[index]
        return split === undefined ? [] : [{ tag: name, value, ...split.finish() }]
      }),
    )
  }
}

/** Has memory for times from the first one on. */
class Split {
  readonly #counts = { ok: 0, failed: 0, timedOut: 0, unfinished: 0 }
  #lostByPause = 0
  #times: Readonly<Record<'response' | 'service' | 'undisturbed', TimeCounts>> | null = null

  /** As in the figures of the operation, failing fast is not being fast. */
  end(ending: Ending, times: RequestTimes, isByPause: boolean): void {
    this.#counts[ending === 'timed out' ? 'timedOut' : ending]++
    if (isByPause) this.#lostByPause++
    if (ending === 'failed') return
    this.#times ??= {
      response: new TimeCounts(),
      service: new TimeCounts(),
      undisturbed: new TimeCounts(),
    }
    this.#times.response.record(times.responseMs)
    this.#times.service.record(times.serviceMs)
    this.#times.undisturbed.record(times.serviceMs - times.pausedMs)
  }

  finish(): Omit<TagSplit, 'tag' | 'value'> {
    const histogram = (of: 'response' | 'service' | 'undisturbed'): Histogram =>
      this.#times?.[of].toHistogram() ?? newTimeHistogram()
    return {
      counts: { ...this.#counts },
      lostByPause: this.#lostByPause,
      response: histogram('response'),
      service: histogram('service'),
      undisturbed: histogram('undisturbed'),
    }
  }
}
