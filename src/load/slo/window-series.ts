import type { Disturbance } from '../faults/fault-injection.ts'
import { BoundTally } from './bound-tally.ts'
import { judgeBound, type SloFigures } from './judge-bound.ts'
import type { RequestBound } from './slo.ts'
import { RecoveryTally } from './recovery-tally.ts'
import { worstFirst, type SloRow } from './slo-row.ts'
import type { Ending, RequestTimes } from '../recording/request-end.ts'
import { WindowCounts, type Start } from './window-counts.ts'

/** A request's intended start, on the load's clock, and its operation. */
export interface WindowedRequest {
  readonly operation: string
  readonly intendedAtMs: number
}

/** A measured request under way, with its times so far. */
export interface RequestUnderWay extends WindowedRequest {
  readonly times: RequestTimes
}

/** The facts about a load that its windows need. Times are on one clock. */
export interface WindowPlan {
  readonly operations: readonly string[]
  readonly measureStartMs: number
  readonly durationMs: number
  /** Its faults so far, in order of time. Default: none. */
  readonly disturbances?: () => readonly Disturbance[]
}

/** An operation, or `null` for all together. */
type Scope = string | null

/** A window that is not judged yet: its counts by scope, and its number of requests under way. */
interface OpenWindow {
  readonly counts: ReadonlyMap<Scope, WindowCounts>
  pending: number
  /** Whether a fault was injected before all of its requests had ended, though it may have been over. */
  isDisturbed: boolean
}

/** A complete window is judged when idle, or at the latest after this time, half of the shortest window. */
const JUDGED_WITHIN_MS = 50
/** A pause of the generator just before the end of a window delays what had ended in it by less, most times. */
const THROUGHPUT_PATIENCE_MS = 500

/** The windows of one length, side by side from the beginning of the measurement to its end. */
export class WindowSeries {
  readonly #everyMs: number
  readonly #plan: WindowPlan
  readonly #tallies: readonly BoundTally[]
  readonly #recoveries: readonly RecoveryTally[]
  readonly #disturbances: () => readonly Disturbance[]
  /** The scopes that a request of an operation counts for. */
  readonly #scopes: ReadonlyMap<string, readonly Scope[]>
  readonly #allScopes: readonly Scope[]
  readonly #count: number
  readonly #open = new Map<number, OpenWindow>()
  /** Counts of judged windows, for reuse. */
  readonly #spare: ReadonlyMap<Scope, WindowCounts>[] = []
  /**
   * The last window whose requests have all ended, until it is judged. Judging it in the path of a request
   * would make others late.
   */
  #complete: { readonly index: number; readonly sinceMs: number } | null = null
  /** All requests of earlier windows are due. */
  #newest = 0
  /** The wait after a window's end until requests still under way make it miss its bounds; `null` if no bound aborts the load. */
  readonly #patienceMs: number | null
  /** The next window to check for that. */
  #nextOverdue = 0

  constructor(bounds: readonly RequestBound[], everyMs: number, plan: WindowPlan) {
    this.#everyMs = everyMs
    this.#plan = plan
    const disturbances = plan.disturbances ?? (() => [])
    this.#disturbances = disturbances
    const judged = bounds.filter(({ kind }) => kind !== 'recovery')
    this.#tallies = judged.map((bound) => new BoundTally(bound, everyMs, plan.operations))
    this.#recoveries = bounds
      .filter((bound) => bound.kind === 'recovery')
      .map((bound) => new RecoveryTally(bound, everyMs, { ...plan, disturbances }))
    this.#allScopes = [...new Set(judged.map(({ operation }) => operation))]
    this.#scopes = new Map(
      plan.operations.map((name) => [
        name,
        this.#allScopes.filter((scope) => scope === null || scope === name),
      ]),
    )
    this.#count = Math.max(Math.floor(plan.durationMs / everyMs), 1)
    const aborting = bounds.filter(({ abortAfterMs }) => abortAfterMs !== null)
    const times = aborting.map((bound) =>
      bound.kind === 'time' ? bound.belowMs : THROUGHPUT_PATIENCE_MS,
    )
    this.#patienceMs = aborting.length === 0 ? null : Math.max(...times)
  }

  due({ operation, intendedAtMs }: WindowedRequest, now: number, start: Start): void {
    const isStarted = start === 'started'
    const due = this.#indexAt(intendedAtMs)
    while (this.#newest < due) this.#noteIfComplete(this.#newest++, now)
    const window = this.#window(due)
    const startedIn = this.#indexAt(now)
    if (isStarted) window.pending++
    for (const scope of this.#scopes.get(operation) ?? []) {
      const counts = window.counts.get(scope)
      counts?.due(start)
      if (isStarted && counts !== undefined && this.#isAfter(due, now)) counts.startedLater++
      if (!isStarted || startedIn === due) continue
      const others = this.#window(startedIn).counts.get(scope)
      if (others !== undefined) others.startedFromEarlier++
    }
  }

  /** A fault is being injected: it may be why requests fail that have not ended, or that a late generator has yet to start. */
  disturb(now: number): void {
    for (let index = this.#newest; index <= this.#indexAt(now); index++) this.#window(index)
    for (const [index, window] of this.#open) {
      if (window.pending > 0 || index >= this.#newest) window.isDisturbed = true
    }
  }

  /** Counts a request that was due, but the load ended before it started. */
  notStarted({ operation, intendedAtMs }: WindowedRequest): void {
    const window = this.#window(this.#indexAt(intendedAtMs))
    for (const scope of this.#scopes.get(operation) ?? []) window.counts.get(scope)?.notStarted()
  }

  end(
    { operation, intendedAtMs }: WindowedRequest,
    now: number,
    ending: Ending,
    times: RequestTimes,
    isByPause: boolean,
  ): void {
    const due = this.#indexAt(intendedAtMs)
    const window = this.#window(due)
    const isInTime = now < this.#plan.measureStartMs + this.#plan.durationMs
    const current = ending === 'ok' && isInTime ? this.#window(this.#indexAt(now)) : null
    const isHeldUp =
      ending === 'ok' && this.#isAfter(due, now) && this.#isHeldUp(due, intendedAtMs, times)
    for (const scope of this.#scopes.get(operation) ?? []) {
      const counts = window.counts.get(scope)
      counts?.end(ending, times, isByPause)
      const others = current?.counts.get(scope)
      if (others !== undefined) others.okInTime++
      if (!isHeldUp) continue
      if (counts !== undefined) counts.startedLater++
      if (others !== undefined) others.startedFromEarlier++
    }
    window.pending--
    if (due < this.#newest) this.#noteIfComplete(due, now)
  }

  #isAfter(index: number, now: number): boolean {
    return now >= this.#plan.measureStartMs + this.#endMs(index)
  }

  /** Whether a request would have ended in its window without lateness and pauses of the generator. */
  #isHeldUp(
    due: number,
    intendedAtMs: number,
    { responseMs, serviceMs, pausedMs }: RequestTimes,
  ): boolean {
    const isStartedInIt = !this.#isAfter(due, intendedAtMs + responseMs - serviceMs)
    return isStartedInIt && !this.#isAfter(due, intendedAtMs + serviceMs - pausedMs)
  }

  abortReason(
    now: number,
    startedUntilMs: number,
    underWay: () => Iterable<RequestUnderWay>,
  ): string | null {
    const measuredMs = now - this.#plan.measureStartMs
    this.#judgeOverdue(measuredMs, startedUntilMs - this.#plan.measureStartMs, underWay)
    for (const tally of this.#tallies) {
      if (tally.abortReason !== null && measuredMs >= tally.abortAfterMs) return tally.abortReason
    }
    return null
  }

  /**
   * Does not wait for requests that have been under way for longer than any bound allows, because they may
   * hang until the load ends. Does wait for those that a late generator has yet to start.
   */
  #judgeOverdue(
    measuredMs: number,
    startedUntilMs: number,
    underWay: () => Iterable<RequestUnderWay>,
  ): void {
    if (this.#patienceMs === null) return
    while (
      this.#nextOverdue < this.#count &&
      startedUntilMs >= this.#endMs(this.#nextOverdue) &&
      measuredMs >= this.#endMs(this.#nextOverdue) + this.#patienceMs
    ) {
      const index = this.#nextOverdue++
      const window = this.#open.get(index)
      if (window === undefined || window.pending === 0) continue
      const waiting = [...underWay()].filter((one) => this.#indexAt(one.intendedAtMs) === index)
      for (const [tally, row] of this.#rows(index, window, waiting)) {
        // Requests under way may still succeed.
        if (tally.bound.kind === 'success rate') continue
        if (this.#isRecovering(tally.bound, index)) continue
        tally.suspect(row, index * this.#everyMs, this.#endMs(index))
      }
    }
  }

  finish(measuredMs: number): readonly SloRow[] {
    this.#judgeNoted()
    for (let index = 0; index < this.#count; index++) {
      if (this.#endMs(index) > measuredMs) break
      if (index >= this.#newest || this.#open.has(index)) this.#judge(index)
    }
    this.#open.clear()
    return [...this.#tallies, ...this.#recoveries].map((tally) => tally.row())
  }

  /**
   * Judges a complete window, if any, in a few µs per bound. Call this occasionally.
   * @param isIdle whether no request is waiting.
   */
  judgeComplete(now: number, isIdle: boolean): void {
    if (this.#complete === null) return
    if (isIdle || now - this.#complete.sinceMs >= JUDGED_WITHIN_MS) this.#judgeNoted()
  }

  /** First judges an earlier complete window, so that at most one window's counts are kept. */
  #noteIfComplete(index: number, now: number): void {
    if (this.#window(index).pending > 0) return
    this.#judgeNoted()
    this.#complete = { index, sinceMs: now }
  }

  #judgeNoted(): void {
    if (this.#complete !== null) this.#judge(this.#complete.index)
    this.#complete = null
  }

  #judge(index: number): void {
    const window = this.#window(index)
    const [fromMs, untilMs] = [index * this.#everyMs, this.#endMs(index)]
    const rows = [...this.#rows(index, window, [])]
    for (const [tally, row, planned] of rows) {
      // What a fault may have caused is the recovery's to judge.
      const isExcused = row.outcome !== 'met' && this.#isRecovering(tally.bound, index)
      if (!isExcused) tally.add(row, planned, fromMs, untilMs)
    }
    for (const recovery of this.#recoveries) {
      const ofIt = rows.filter(
        ([{ bound }, { measured }, planned]) =>
          bound.recoveryMs === recovery.bound.recoveryMs && (planned > 0 || measured !== null),
      )
      const [worst] = ofIt.map(([, row]) => row).toSorted(worstFirst)
      if (worst !== undefined) recovery.add({ fromMs, untilMs, outcome: worst.outcome })
    }
    this.#open.delete(index)
    for (const of of window.counts.values()) of.reset()
    this.#spare.push(window.counts)
  }

  /** Whether a fault may be why a window misses a bound that has time to recover. */
  #isRecovering({ recoveryMs }: RequestBound, index: number): boolean {
    if (recoveryMs === undefined) return false
    if (this.#open.get(index)?.isDisturbed === true) return true
    const fromMs = this.#plan.measureStartMs + index * this.#everyMs
    const untilMs = this.#plan.measureStartMs + this.#endMs(index)
    return this.#disturbances().some(
      ({ sinceMs, begunMs }) =>
        sinceMs < untilMs && (begunMs === null || fromMs < begunMs + recoveryMs),
    )
  }

  /** Every bound on a window, and its number of requests. */
  *#rows(
    index: number,
    { counts }: OpenWindow,
    underWay: readonly RequestUnderWay[],
  ): Generator<readonly [BoundTally, SloRow, number]> {
    const lengthMs = this.#endMs(index) - index * this.#everyMs
    const figures = new Map<Scope, SloFigures>(
      [...counts].map(([scope, of]) => {
        const ofScope = underWay.filter(({ operation }) => scope === null || operation === scope)
        const times = ofScope.map((request) => request.times)
        const heldUp = ofScope.filter((one) => this.#isHeldUp(index, one.intendedAtMs, one.times))
        return [scope, of.figures(lengthMs, times, heldUp.length)]
      }),
    )
    for (const tally of this.#tallies) {
      const ofScope = figures.get(tally.bound.operation)
      if (ofScope === undefined) continue
      yield [tally, judgeBound(ofScope, tally.bound, this.#plan.operations), ofScope.planned]
    }
  }

  /** The index of the window that contains a time; the remainder at the end belongs to the last window. */
  #indexAt(timeMs: number): number {
    const index = Math.floor((timeMs - this.#plan.measureStartMs) / this.#everyMs)
    return Math.min(Math.max(index, 0), this.#count - 1)
  }

  /** The end of a window, in ms after the measurement began. */
  #endMs(index: number): number {
    return index === this.#count - 1 ? this.#plan.durationMs : (index + 1) * this.#everyMs
  }

  #window(index: number): OpenWindow {
    const open = this.#open.get(index)
    if (open !== undefined) return open
    const counts =
      this.#spare.pop() ?? new Map(this.#allScopes.map((scope) => [scope, new WindowCounts()]))
    const window = { counts, pending: 0, isDisturbed: false }
    this.#open.set(index, window)
    return window
  }
}
