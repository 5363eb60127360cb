import type { Bound } from './slo.ts'
import type { SloRow } from './slo-row.ts'
import { worstFirst } from './slo-row.ts'
import { WindowSeries } from './window-series.ts'

/** How a started request ended. */
export type Ending = 'ok' | 'failed' | 'timed out'

/** When a request was due, on the load's clock, and of which operation it is. */
export interface DueRequest {
  readonly operation: string
  readonly intendedAtMs: number
}

/** What the windows have to know of a load. Times are of one clock. */
export interface WindowPlan {
  readonly operations: readonly string[]
  readonly measureStartMs: number
  readonly durationMs: number
}

/**
 * Judges bounds on every window while a load runs. A window is judged and forgotten once all its
 * requests have ended, so percentiles are exact and memory holds the windows of the last
 * `timeoutMs` only, however long the load is.
 */
export class SloWindows {
  readonly #series: readonly WindowSeries[]

  /** @param bounds those on the whole run are left out. */
  constructor(bounds: readonly Bound[], plan: WindowPlan) {
    const lengths = new Set(bounds.flatMap(({ everyMs }) => everyMs ?? []))
    this.#series = [...lengths].map((everyMs) => {
      const ofLength = bounds.filter((bound) => bound.everyMs === everyMs)
      return new WindowSeries(ofLength, everyMs, plan)
    })
  }

  /** A measured request is due; call in the order of the schedule, when it is started or dropped. */
  due(request: DueRequest, now: number, isStarted: boolean): void {
    for (const series of this.#series) series.due(request, now, isStarted)
  }

  /** A started request has ended. */
  end(
    request: DueRequest,
    now: number,
    ending: Ending,
    responseMs: number,
    serviceMs: number,
  ): void {
    for (const series of this.#series) series.end(request, now, ending, responseMs, serviceMs)
  }

  /** Why the load is to end now; `null` if it isn't. */
  abortReason(now: number): string | null {
    for (const series of this.#series) {
      const reason = series.abortReason(now)
      if (reason !== null) return reason
    }
    return null
  }

  /**
   * Judges the windows that are still open. One that was under way when the load ended early is
   * left out: what was measured of it is not all of it.
   */
  finish(measuredMs: number): readonly SloRow[] {
    return this.#series.flatMap((series) => series.finish(measuredMs)).toSorted(worstFirst)
  }
}
