import type { ScenarioEntry } from '../run-file.ts'
import type { Comparison, Metric } from './metric.ts'
import type { GateRound } from './round.ts'

/** The scenario entries of two runs, one of each version. */
export interface RoundEntries {
  readonly baseline: readonly ScenarioEntry[]
  readonly candidate: readonly ScenarioEntry[]
}

/**
 * The comparisons that a round allows: each scenario × operation of either arm × metric.
 * @param metrics asked for by name; null: those that are gated by default.
 */
export function findComparisons(
  _entries: RoundEntries,
  _metrics: readonly Metric[] | null,
): readonly Comparison[] {
  throw new TypeError('Not there yet.')
}

/** What a round's two runs say of each comparison. */
export function readRound(_comparisons: readonly Comparison[], _entries: RoundEntries): GateRound {
  throw new TypeError('Not there yet.')
}
