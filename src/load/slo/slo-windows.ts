import {
  type RequestUnderWay,
  type WindowedRequest,
  type WindowPlan,
  WindowSeries,
} from './window-series.ts'
import { isNoted } from './noted-slo.ts'
import type { Bound } from './slo.ts'
import { type SloRow, worstFirst } from './slo-row.ts'
import type { Ending, RequestTimes } from '../recording/request-end.ts'
import type { Start } from './window-counts.ts'

/**
 * Judges bounds on every window while a load runs. A window is judged and forgotten once all its
 * requests have ended, so percentiles are exact and memory holds the windows of the last
 * `timeoutMs` only, however long the load is.
 */
export class SloWindows {
  readonly #series: readonly WindowSeries[]
  #reason: string | null = null

  /** @param bounds those on the whole run are left out. */
  constructor(bounds: readonly Bound[], plan: WindowPlan) {
    const onRequests = bounds.filter((bound) => !isNoted(bound))
    const lengths = new Set(onRequests.flatMap(({ everyMs }) => everyMs ?? []))
    this.#series = [...lengths].map((everyMs) => {
      const ofLength = onRequests.filter((bound) => bound.everyMs === everyMs)
      return new WindowSeries(ofLength, everyMs, plan)
    })
  }

  /** A measured request is due; call in the order of the schedule, when it is started or dropped. */
  due(request: WindowedRequest, now: number, start: Start): void {
    for (const series of this.#series) series.due(request, now, start)
  }

  /** A fault is being injected. */
  disturb(now: number): void {
    for (const series of this.#series) series.disturb(now)
  }

  /** A measured request was due, but the load was ended before it could be started. */
  notStarted(request: WindowedRequest): void {
    for (const series of this.#series) series.notStarted(request)
  }

  /** A started request has ended, or is not waited for any longer. */
  end(
    request: WindowedRequest,
    now: number,
    ending: Ending,
    times: RequestTimes,
    isByPause: boolean,
  ): void {
    for (const series of this.#series) series.end(request, now, ending, times, isByPause)
  }

  /**
   * Judges windows that are complete. Call it every few ms: no load is ended by a window before it is judged.
   * @param isIdle whether no request is waiting. If one always is, a window is judged within 50 ms all the
   *   same.
   */
  judgeComplete(now: number, isIdle: boolean): void {
    for (const series of this.#series) series.judgeComplete(now, isIdle)
  }

  /**
   * Why the load is to end now; `null` if it isn't.
   * @param startedUntilMs requests due before that have been started, or wait for the system: of later
   *   ones, the generator may be behind with some.
   * @param underWay the measured requests that have not ended; asked for only when a window is overdue.
   */
  abortReason(
    now: number,
    startedUntilMs: number,
    underWay: () => Iterable<RequestUnderWay>,
  ): string | null {
    for (const series of this.#series) {
      this.#reason ??= series.abortReason(now, startedUntilMs, underWay)
    }
    return this.#reason
  }

  /** Why the load was ended; `null` if it wasn't. */
  get reason(): string | null {
    return this.#reason
  }

  /**
   * Judges the windows that are still open. One that was under way when the load ended early is
   * left out, because it is only partly measured.
   */
  finish(measuredMs: number): readonly SloRow[] {
    return this.#series.flatMap((series) => series.finish(measuredMs)).toSorted(worstFirst)
  }
}
