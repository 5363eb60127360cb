import { formatBeside, formatBound } from '../../format-bound.ts'
import { rowOf, windowRecoveryMs } from './bound-row.ts'
import type { RequestBound } from './slo.ts'
import { worstFirst, type SloRow } from './slo-row.ts'

/** The outcomes of one bound, window by window. */
export class BoundTally {
  readonly bound: RequestBound
  readonly #everyMs: number
  readonly #operations: readonly string[]
  #judged = 0
  #missed = 0
  #inconclusive = 0
  #worst: { readonly row: SloRow; readonly fromMs: number } | null = null
  #abortReason: string | null = null

  constructor(bound: RequestBound, everyMs: number, operations: readonly string[]) {
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

  /**
   * A window's row. A window in which nothing was due says nothing; one in which requests were due, and
   * nothing was measured, is judged all the same.
   * @param planned how many were due.
   */
  add(row: SloRow, planned: number, fromMs: number, untilMs: number): void {
    if (row.measured === null && planned === 0) return
    this.#judged++
    if (row.outcome === 'missed') this.#missed++
    if (row.outcome === 'inconclusive') this.#inconclusive++
    if (this.#worst === null || worstFirst(row, this.#worst.row) < 0) this.#worst = { row, fromMs }
    this.suspect(row, fromMs, untilMs)
  }

  /** The row of a window that is not over, but in which the bound is missed or met already. */
  suspect(row: SloRow, fromMs: number, untilMs: number): void {
    if (row.outcome === 'missed' && this.bound.abortAfterMs !== null) {
      this.#abortReason ??= describeMiss(row, fromMs, untilMs)
    }
  }

  /** The bound on all windows that were judged. */
  row(): SloRow {
    const [judged, missed, inconclusive] = [this.#judged, this.#missed, this.#inconclusive]
    const worst = this.#worst
    const recoveryMs = windowRecoveryMs(this.bound)
    const windows = {
      everyMs: this.#everyMs,
      ...(recoveryMs === undefined ? {} : { recoveryMs }),
      judged,
      missed,
      inconclusive,
      worstFromMs: worst?.fromMs ?? null,
    }
    if (worst !== null) return { ...worst.row, windows }
    const row = rowOf(this.bound, this.#operations)
    return {
      ...row,
      measured: null,
      punctual: null,
      outcome: 'inconclusive',
      isDefault: this.bound.isDefault,
      windows,
    }
  }
}

function describeMiss(row: SloRow, fromMs: number, untilMs: number): string {
  const seconds = `from ${fromMs / 1_000} s to ${untilMs / 1_000} s`
  const measured =
    row.measured === null ? 'without an answer' : formatBeside(row.measured, row.bound, row.unit)
  return `${row.metric} of ${row.operation} was ${measured} ${seconds}; the bound is ${row.comparison} ${formatBound(row.bound, row.unit)}`
}
