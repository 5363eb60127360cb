import type { SloFigures } from './judge-bound.ts'
import { newTimeHistogram } from '../recording/histogram.ts'
import type { Ending } from './slo-windows.ts'
import { TimeCounts } from '../recording/time-counts.ts'

/** What happened in one window. Times take their memory when the first one is recorded. */
export class WindowCounts {
  /** Due in the window; `ok` of these succeeded, whenever that was. */
  planned = 0
  ok = 0
  /** Succeeded in the window, whenever they were due. */
  okInTime = 0
  startedLater = 0
  startedFromEarlier = 0
  #times: { readonly response: TimeCounts; readonly service: TimeCounts } | null = null

  /** Failing fast is not being fast, so a failure has no times, as in the figures of the whole run. */
  end(ending: Ending, responseMs: number, serviceMs: number): void {
    if (ending === 'ok') this.ok++
    if (ending === 'failed') return
    this.#times ??= { response: new TimeCounts(), service: new TimeCounts() }
    this.#times.response.record(responseMs)
    this.#times.service.record(serviceMs)
  }

  figures(measuredMs: number): SloFigures {
    const { planned, ok, okInTime, startedLater, startedFromEarlier } = this
    return {
      planned,
      ok,
      measuredMs,
      okInTime,
      startedLater,
      startedFromEarlier,
      response: this.#times?.response.toHistogram() ?? newTimeHistogram(),
      service: this.#times?.service.toHistogram() ?? newTimeHistogram(),
      lateness: newTimeHistogram(),
      completion: newTimeHistogram(),
      receipts: { expected: 0, received: 0 },
    }
  }

  reset(): void {
    this.planned = this.ok = this.okInTime = this.startedLater = this.startedFromEarlier = 0
    this.#times?.response.reset()
    this.#times?.service.reset()
  }
}
