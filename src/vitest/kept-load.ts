import type { LoadProgress } from '../load/recording/load-recorder.ts'
import type { IntervalFigures } from '../load/result.ts'
import { serializeIntervals } from '../run-file/json/intervals-json.ts'
import type { IntervalsJson } from '../run-file/schema/intervals-schema.ts'

/** The seconds of a running load that its process has sent: all that remains if that process dies. */
export class KeptLoad {
  readonly #startedAtMs: number
  readonly #intervals: IntervalFigures[] = []

  /** @param now in ms since 1970: when the first progress arrived. */
  constructor({ elapsedMs }: LoadProgress, now: number) {
    this.#startedAtMs = Math.max(Math.round(now - elapsedMs), 0)
  }

  add({ intervals }: LoadProgress): void {
    this.#intervals.push(...intervals)
  }

  /** Timestamps include the few ms that a progress takes from process to process. */
  get columns(): IntervalsJson {
    return serializeIntervals(this.#intervals, this.#startedAtMs)
  }
}
