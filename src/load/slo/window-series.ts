import { BoundTally } from './bound-tally.ts'
import { judgeBound, type SloFigures } from './judge-bound.ts'
import type { Bound } from './slo.ts'
import type { SloRow } from './slo-row.ts'
import type { DueRequest, Ending, WindowPlan } from './slo-windows.ts'
import { WindowCounts } from './window-counts.ts'

/** An operation, or `null` for all together. */
type Scope = string | null

/** A window that is not judged yet: its counts by scope, and how many of its requests are under way. */
interface OpenWindow {
  readonly counts: ReadonlyMap<Scope, WindowCounts>
  pending: number
}

/** The windows of one length, side by side from the beginning of the measurement to its end. */
export class WindowSeries {
  readonly #everyMs: number
  readonly #plan: WindowPlan
  readonly #tallies: readonly BoundTally[]
  /** The scopes that a request of an operation counts for. */
  readonly #scopes: ReadonlyMap<string, readonly Scope[]>
  readonly #allScopes: readonly Scope[]
  readonly #count: number
  readonly #open = new Map<number, OpenWindow>()
  /** Counts of windows that were judged, to be used again. */
  readonly #spare: ReadonlyMap<Scope, WindowCounts>[] = []
  /** Windows before this one have had all their requests due. */
  #newest = 0

  constructor(bounds: readonly Bound[], everyMs: number, plan: WindowPlan) {
    this.#everyMs = everyMs
    this.#plan = plan
    this.#tallies = bounds.map((bound) => new BoundTally(bound, everyMs, plan.operations))
    this.#allScopes = [...new Set(bounds.map(({ operation }) => operation))]
    this.#scopes = new Map(
      plan.operations.map((name) => [
        name,
        this.#allScopes.filter((scope) => scope === null || scope === name),
      ]),
    )
    this.#count = Math.max(Math.floor(plan.durationMs / everyMs), 1)
  }

  due({ operation, intendedAtMs }: DueRequest, now: number, isStarted: boolean): void {
    const due = this.#indexAt(intendedAtMs)
    while (this.#newest < due) this.#judgeIfComplete(this.#newest++)
    const window = this.#window(due)
    const startedIn = this.#indexAt(now)
    if (isStarted) window.pending++
    for (const scope of this.#scopes.get(operation) ?? []) {
      const counts = window.counts.get(scope)
      if (counts !== undefined) counts.planned++
      if (!isStarted || startedIn === due) continue
      if (counts !== undefined) counts.startedLater++
      const others = this.#window(startedIn).counts.get(scope)
      if (others !== undefined) others.startedFromEarlier++
    }
  }

  end(
    { operation, intendedAtMs }: DueRequest,
    now: number,
    ending: Ending,
    responseMs: number,
    serviceMs: number,
  ): void {
    const due = this.#indexAt(intendedAtMs)
    const window = this.#window(due)
    const isInTime = now < this.#plan.measureStartMs + this.#plan.durationMs
    const current = ending === 'ok' && isInTime ? this.#window(this.#indexAt(now)) : null
    for (const scope of this.#scopes.get(operation) ?? []) {
      window.counts.get(scope)?.end(ending, responseMs, serviceMs)
      const others = current?.counts.get(scope)
      if (others !== undefined) others.okInTime++
    }
    window.pending--
    if (due < this.#newest) this.#judgeIfComplete(due)
  }

  abortReason(now: number): string | null {
    const measuredMs = now - this.#plan.measureStartMs
    for (const tally of this.#tallies) {
      if (tally.abortReason !== null && measuredMs >= tally.abortAfterMs) return tally.abortReason
    }
    return null
  }

  finish(measuredMs: number): readonly SloRow[] {
    for (let index = 0; index < this.#count; index++) {
      if (this.#endMs(index) > measuredMs) break
      if (index >= this.#newest || this.#open.has(index)) this.#judge(index)
    }
    this.#open.clear()
    return this.#tallies.map((tally) => tally.row())
  }

  #judgeIfComplete(index: number): void {
    if (this.#window(index).pending === 0) this.#judge(index)
  }

  #judge(index: number): void {
    const { counts } = this.#window(index)
    const fromMs = index * this.#everyMs
    const untilMs = this.#endMs(index)
    const figures = new Map<Scope, SloFigures>(
      [...counts].map(([scope, of]) => [scope, of.figures(untilMs - fromMs)]),
    )
    for (const tally of this.#tallies) {
      const ofScope = figures.get(tally.bound.operation)
      if (ofScope === undefined) continue
      const row = judgeBound(ofScope, tally.bound, this.#plan.operations)
      tally.add(row, fromMs, untilMs)
    }
    this.#open.delete(index)
    for (const of of counts.values()) of.reset()
    this.#spare.push(counts)
  }

  /** Of the window in which a time is; what is left over at the end belongs to the last one. */
  #indexAt(timeMs: number): number {
    const index = Math.floor((timeMs - this.#plan.measureStartMs) / this.#everyMs)
    return Math.min(Math.max(index, 0), this.#count - 1)
  }

  /** In ms after the measurement began. */
  #endMs(index: number): number {
    return index === this.#count - 1 ? this.#plan.durationMs : (index + 1) * this.#everyMs
  }

  #window(index: number): OpenWindow {
    const open = this.#open.get(index)
    if (open !== undefined) return open
    const counts =
      this.#spare.pop() ?? new Map(this.#allScopes.map((scope) => [scope, new WindowCounts()]))
    const window = { counts, pending: 0 }
    this.#open.set(index, window)
    return window
  }
}
