import type { ExitCode } from '../../exit-code.ts'
import type { Comparison } from './metric.ts'

/**
 * What rounds show of a comparison. Changes are of the candidate against the baseline, above 0 for
 * worse: relative for latencies (0.1 is 10 % more), differences of shares for all else (0.005 is
 * one more in 200).
 */
export interface Evidence {
  readonly unit: 'relative' | 'share'
  /** Rounds that could be used. */
  readonly rounds: number
  /** Median over the rounds: ms, or a share. */
  readonly baseline: number
  /** The baseline with the estimated change: what is shown is what is judged. */
  readonly candidate: number
  /** Hodges–Lehmann, of averages of one round of each order; of a validity, the difference itself. */
  readonly estimate: number
  /** The interval of the estimate; null: unbounded, because there are too few rounds. */
  readonly lower: number | null
  readonly upper: number | null
  /** One-sided level of the test and of each end: the interval's confidence is 1 − 2α. */
  readonly alpha: number
  /** Probability of rounds that speak so much for worse, if there were no change; one-sided. */
  readonly pWorse: number
  /** The same for better. */
  readonly pBetter: number
  /**
   * Standard deviation of a round's change without the effect of the order: of the logarithm of the
   * ratio for latencies, of the difference for shares; null for fewer than 3 rounds.
   */
  readonly scatter: number | null
}

export type Direction = 'regression' | 'improvement'

/** Why nothing could be decided. */
export type Inconclusive =
  /** All rounds were made: they scatter too much for the change there is. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'budget' }
  /** A change stood out, and the fresh rounds neither confirmed nor excluded it. */
  | { readonly kind: 'not confirmed'; readonly direction: Direction }
  /** A change stood out, and too few fresh rounds were made. */
  | { readonly kind: 'confirmation missing'; readonly direction: Direction }
  /** More than a tenth of the rounds said nothing: `why` of the last of them. */
  | { readonly kind: 'unusable rounds'; readonly count: number; readonly why: string }

/** What a gate says of one comparison. */
export type Verdict =
  /** The interval excludes a change of the pass limit or more. */
  | { readonly kind: 'pass'; readonly evidence: Evidence }
  | {
      readonly kind: Direction
      /** Of the fresh rounds alone. */
      readonly evidence: Evidence
      /** What made it a suspect. */
      readonly screening: Evidence
    }
  | {
      readonly kind: 'inconclusive'
      readonly why: Inconclusive
      readonly evidence: Evidence | null
    }
  /** A round has too few requests for it. */
  | { readonly kind: 'refused'; readonly requests: number; readonly needed: number }
  | { readonly kind: 'not comparable'; readonly why: string }

/** A comparison and what is said of it. */
export interface JudgedComparison {
  readonly comparison: Comparison
  readonly verdict: Verdict
  /** The change for the worse that is found in 80 % of gates like this one; null: it isn't known. */
  readonly detectable: number | null
  /** Of a validity: why the candidate's last unusable measurement is one; null elsewhere. */
  readonly flaw: string | null
}

/** What a gate says as a whole, and how its process ends. */
export interface GateVerdict {
  readonly kind: Direction | 'pass' | 'inconclusive' | 'not comparable'
  readonly exitCode: ExitCode
}
