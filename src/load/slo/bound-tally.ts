import { formatMs } from '../duration.ts'
import { rowOf } from './judge-bound.ts'
import type { Bound } from './slo.ts'
import { formatRatio, worstFirst, type SloRow } from './slo-row.ts'

/** How one bound does, window by window. */
export class BoundTally {
  readonly bound: Bound
  readonly #everyMs: number
  readonly #operations: readonly string[]
  #judged = 0
  #missed = 0
  #inconclusive = 0
  #worst: { readonly row: SloRow; readonly fromMs: number } | null = null
  #abortReason: string | null = null

  constructor(bound: Bound, everyMs: number, operations: readonly string[]) {
    this.bound = bound
    this.#everyMs = everyMs
    this.#operations = operations
  }

  /** Why the load is to end, once it was measured for `abortAfterMs`; `null` while the bound holds, or if it doesn't end loads. */
  get abortReason(): string | null {
    return this.#abortReason
  }

  get abortAfterMs(): number {
    return this.bound.abortAfterMs ?? Infinity
  }

  /** A window's row; one in which nothing was measured says nothing. */
  add(row: SloRow, fromMs: number, untilMs: number): void {
    if (row.measured === null) return
    this.#judged++
    if (row.outcome === 'missed') this.#missed++
    if (row.outcome === 'inconclusive') this.#inconclusive++
    if (this.#worst === null || worstFirst(row, this.#worst.row) < 0) this.#worst = { row, fromMs }
    if (row.outcome === 'missed' && this.bound.abortAfterMs !== null) {
      this.#abortReason ??= describeMiss(row, fromMs, untilMs)
    }
  }

  /** The bound on all windows that were judged. */
  row(): SloRow {
    const [judged, missed, inconclusive] = [this.#judged, this.#missed, this.#inconclusive]
    const worst = this.#worst
    const windows = {
      everyMs: this.#everyMs,
      judged,
      missed,
      inconclusive,
      worstFromMs: worst?.fromMs ?? null,
    }
    if (worst !== null) return { ...worst.row, windows }
    const row = rowOf(this.bound, this.#operations)
    return { ...row, measured: null, punctual: null, outcome: 'inconclusive', windows }
  }
}

function describeMiss(row: SloRow, fromMs: number, untilMs: number): string {
  const figure = (value: number): string => {
    if (row.unit === 'ms') return formatMs(value)
    return row.unit === 'ratio' ? formatRatio(value) : `${value.toFixed(1)}/s`
  }
  const seconds = `from ${fromMs / 1_000} s to ${untilMs / 1_000} s`
  return `${row.metric} of ${row.operation} was ${figure(row.measured ?? 0)} ${seconds}; the bound is ${row.comparison} ${figure(row.bound)}`
}
