import type { Disturbance } from '../faults/fault-injection.ts'
import { rowOf } from './bound-row.ts'
import type { RequestBound } from './slo.ts'
import type { SloOutcome, SloRow } from './slo-row.ts'

/** A bound on the time from a fault until every window meets its bounds again. */
export type RecoveryBound = Extract<RequestBound, { readonly kind: 'recovery' }>

/** A window and its worst outcome of the bounds that recovery is about. Times are in ms after the measurement began. */
export interface JudgedWindow {
  readonly fromMs: number
  readonly untilMs: number
  readonly outcome: SloOutcome
}

/** The windows that were not met between a fault and the next one. */
interface Stretch {
  /** From the first to the last missed one; `null` if none was missed. */
  missed: Span | null
  /** The same of those missed or inconclusive. */
  doubtful: Span | null
}

interface Span {
  /** The first of its windows. */
  readonly first: JudgedWindow
  readonly untilMs: number
}

const NOT_WATCHED = 'the load ended before a whole window after the last fault'

const NEVER_DISTURBED: Stretch = { missed: null, doubtful: null }

/**
 * Measures how long a load took to recover from each of its faults: until the end of the last missed window before
 * the next fault. A load that has not recovered when the next fault comes recovers from both at once, because a server
 * that is killed and started again later is down all that time. One that is noticed late, such as a pod that hands over
 * before it goes, began with the first window that was missed since it was due.
 */
export class RecoveryTally {
  readonly bound: RecoveryBound
  readonly #everyMs: number
  readonly #operations: readonly string[]
  readonly #measureStartMs: number
  readonly #disturbances: () => readonly Disturbance[]
  /** By the number of the fault, in order of time. */
  readonly #after = new Map<number, Stretch>()
  #judged = 0
  #missed = 0
  #inconclusive = 0
  #last: JudgedWindow | null = null

  /** @param disturbances the load's faults so far, in order of time, on the clock of `measureStartMs`. */
  constructor(
    bound: RecoveryBound,
    everyMs: number,
    plan: {
      readonly operations: readonly string[]
      readonly measureStartMs: number
      readonly disturbances: () => readonly Disturbance[]
    },
  ) {
    this.bound = bound
    this.#everyMs = everyMs
    this.#operations = plan.operations
    this.#measureStartMs = plan.measureStartMs
    this.#disturbances = plan.disturbances
  }

  /** Windows may come in any order. */
  add(window: JudgedWindow): void {
    if (this.#last === null || window.fromMs > this.#last.fromMs) this.#last = window
    const fault = this.#since().findLastIndex((sinceMs) => sinceMs < window.untilMs)
    if (fault === -1) return
    this.#judged++
    if (window.outcome === 'met') return
    const stretch = this.#after.get(fault) ?? { ...NEVER_DISTURBED }
    this.#after.set(fault, stretch)
    stretch.doubtful = withWindow(stretch.doubtful, window)
    if (window.outcome === 'inconclusive') {
      this.#inconclusive++
      return
    }
    this.#missed++
    stretch.missed = withWindow(stretch.missed, window)
  }

  row(): SloRow {
    const row = { ...rowOf(this.bound, this.#operations), isDefault: false }
    const windows = {
      everyMs: this.#everyMs,
      judged: this.#judged,
      missed: this.#missed,
      inconclusive: this.#inconclusive,
    }
    const faults = this.#disturbances()
    if (faults.length === 0 || this.#judged === 0) {
      return {
        ...row,
        measured: null,
        punctual: null,
        outcome: 'inconclusive',
        reason: faults.length === 0 ? 'no fault was injected' : NOT_WATCHED,
        windows: { ...windows, worstFromMs: null },
      }
    }
    const recoveries = this.#recoveries(faults)
    const worst = recoveries.reduce((a, b) => (b.measuredMs > a.measuredMs ? b : a))
    const certainMs = Math.max(...recoveries.map(({ certainMs: ms }) => ms))
    const judged = {
      ...row,
      measured: worst.measuredMs,
      punctual: certainMs,
      windows: { ...windows, worstFromMs: worst.measuredMs === 0 ? null : worst.lastFromMs },
    }
    if (certainMs > row.bound) return { ...judged, outcome: 'missed' }
    const doubt = this.#doubt(faults)
    if (doubt !== null) return { ...judged, outcome: 'inconclusive', reason: doubt }
    return { ...judged, outcome: worst.measuredMs <= row.bound ? 'met' : 'inconclusive' }
  }

  /** Why the windows that were judged can't show that it recovered from all faults; `null` if they can. */
  #doubt(faults: readonly Disturbance[]): string | null {
    if (faults.some(({ isFailed }) => isFailed)) return 'a fault failed'
    if (this.#isUnrecovered) return 'the load ended before it had recovered'
    const lastMs = Math.max(...faults.map((fault) => this.#begunMs(fault)))
    // A window that the fault came into may have been met before it.
    if ((this.#last?.fromMs ?? -Infinity) < lastMs) return NOT_WATCHED
    return null
  }

  /** When a fault took effect, in ms after the measurement began. */
  #begunMs({ begunMs, sinceMs }: Disturbance): number {
    return (begunMs ?? sinceMs) - this.#measureStartMs
  }

  /** The time to recover of each fault; `certainMs` without windows that only the generator may have made miss. */
  #recoveries(
    faults: readonly Disturbance[],
  ): readonly { measuredMs: number; certainMs: number; lastFromMs: number }[] {
    const since = this.#since()
    const ends: { doubtful: number | null; certain: number | null }[] = []
    for (let index = faults.length - 1; index >= 0; index--) {
      const { missed, doubtful } = this.#after.get(index) ?? NEVER_DISTURBED
      const next = ends[0]
      const nextSinceMs = since[index + 1] ?? Infinity
      ends.unshift({
        doubtful: this.#joined(doubtful?.untilMs ?? null, next?.doubtful ?? null, nextSinceMs),
        certain: this.#joined(missed?.untilMs ?? null, next?.certain ?? null, nextSinceMs),
      })
    }
    return faults.map((fault, index) => {
      const begunMs = this.#begunMs(fault)
      const sinceMs = fault.sinceMs - this.#measureStartMs
      const stretch = this.#after.get(index) ?? NEVER_DISTURBED
      const { doubtful = null, certain = null } = ends[index] ?? {}
      return {
        measuredMs: Math.max((doubtful ?? 0) - beginOf(stretch.doubtful, begunMs, sinceMs), 0),
        certainMs: Math.max((certain ?? 0) - beginOf(stretch.missed, begunMs, sinceMs), 0),
        lastFromMs: Math.max((doubtful ?? 0) - this.#everyMs, 0),
      }
    })
  }

  /** A stretch that lasts until the window of the next fault goes on in that fault's. */
  #joined(untilMs: number | null, nextUntilMs: number | null, nextSinceMs: number): number | null {
    if (untilMs === null || nextUntilMs === null) return untilMs
    const isUnbroken = untilMs >= Math.floor(nextSinceMs / this.#everyMs) * this.#everyMs
    return isUnbroken ? Math.max(untilMs, nextUntilMs) : untilMs
  }

  /** Whether the load ended before it had recovered. */
  get #isUnrecovered(): boolean {
    return this.#last !== null && this.#last.outcome !== 'met'
  }

  /** When nothing can be a fault's effect before, in ms after the measurement began. */
  #since(): readonly number[] {
    return this.#disturbances().map(({ sinceMs }) => sinceMs - this.#measureStartMs)
  }
}

function withWindow(span: Span | null, window: JudgedWindow): Span {
  if (span === null) return { first: window, untilMs: window.untilMs }
  return {
    first: window.fromMs < span.first.fromMs ? window : span.first,
    untilMs: Math.max(span.untilMs, window.untilMs),
  }
}

/** When a fault began, in ms after the measurement began: before it was noticed, if a whole window was missed by then. */
function beginOf(span: Span | null, begunMs: number, sinceMs: number): number {
  if (span === null || span.first.untilMs > begunMs) return begunMs
  return Math.max(span.first.fromMs, sinceMs)
}
