/**
 * `met`; `missed` by the system; or `inconclusive`: missed only because the generator was late,
 * or the figure could not be measured.
 */
export type SloOutcome = 'met' | 'missed' | 'inconclusive'

/** One bound beside what was measured. */
export interface SloRow {
  /** The operation's name, or `all` for the whole workload. */
  readonly operation: string
  /** e.g. `response p95`, `throughput`, `success rate`, `delivery rate`. */
  readonly metric: string
  readonly unit: 'ms' | '1/s' | 'ratio'
  readonly comparison: '<' | '>' | '>=' | '<='
  readonly bound: number
  /** `null` if there was nothing to measure. */
  readonly measured: number | null
  readonly outcome: SloOutcome
}
