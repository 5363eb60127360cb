import type { SloFigures } from './judge-bound.ts'
import type { Times } from '../recording/histogram.ts'
import type { Ending, RequestTimes } from '../recording/request-end.ts'
import { TimeCounts } from '../recording/time-counts.ts'

/** The outcome of a request at its due time. */
export type Start = 'started' | 'dropped' | 'dropped by a pause'

/** The counts and times of one window. Times allocate memory with the first record. */
export class WindowCounts {
  /** Due in the window; `ok` of these succeeded, whenever that was. */
  planned = 0
  #dropped = 0
  #notStarted = 0
  #ok = 0
  #failed = 0
  #lostByPause = 0
  /** Succeeded in the window, whenever they were due. */
  okInTime = 0
  startedLater = 0
  startedFromEarlier = 0
  #times: { readonly response: TimeCounts; readonly undisturbed: TimeCounts } | null = null

  due(start: Start): void {
    this.planned++
    if (start !== 'started') this.#dropped++
    if (start === 'dropped by a pause') this.#lostByPause++
  }

  notStarted(): void {
    this.planned++
    this.#notStarted++
  }

  /** Failing fast is not being fast, so a failure has no times, as in the figures of the whole run. */
  end(ending: Ending, times: RequestTimes, isByPause: boolean): void {
    if (ending === 'ok') this.#ok++
    if (isByPause) this.#lostByPause++
    if (ending === 'failed') {
      this.#failed++
      return
    }
    this.#times ??= { response: new TimeCounts(), undisturbed: new TimeCounts() }
    this.#times.response.record(times.responseMs)
    this.#times.undisturbed.record(times.serviceMs - times.pausedMs)
  }

  /**
   * @param underWay requests of the window that have not ended: they have taken at least as long as
   *   they were waited for, and may still succeed.
   * @param heldUp how many of these may have ended in the window had the generator not been late or paused.
   */
  figures(measuredMs: number, underWay: readonly RequestTimes[] = [], heldUp = 0): SloFigures {
    const { planned, okInTime, startedLater, startedFromEarlier } = this
    return {
      planned,
      ok: this.#ok + underWay.length,
      failed: this.#failed,
      dropped: this.#dropped,
      notStarted: this.#notStarted,
      lostByPause: this.#lostByPause,
      measuredMs,
      okInTime,
      startedLater: startedLater + this.#notStarted + heldUp,
      startedFromEarlier,
      response: withTimes(
        this.#times?.response,
        underWay.map(({ responseMs }) => responseMs),
      ),
      undisturbed: withTimes(
        this.#times?.undisturbed,
        underWay.map(({ serviceMs, pausedMs }) => serviceMs - pausedMs),
      ),
      completion: NO_TIMES,
      undisturbedCompletion: NO_TIMES,
      receipts: null,
      unavailability: null,
      losses: null,
    }
  }

  reset(): void {
    this.planned = this.okInTime = this.startedLater = this.startedFromEarlier = 0
    this.#dropped = this.#notStarted = 0
    this.#ok = this.#failed = this.#lostByPause = 0
    this.#times?.response.reset()
    this.#times?.undisturbed.reset()
  }
}

const NO_TIMES: Times = { totalCount: 0, getValueAtPercentile: () => 0 }

function withTimes(counts: TimeCounts | undefined, more: readonly number[]): Times {
  if (more.length === 0) return counts ?? NO_TIMES
  const all = new TimeCounts()
  if (counts !== undefined) all.add(counts)
  for (const ms of more) all.record(ms)
  return all
}
