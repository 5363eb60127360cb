import type { ExitCode } from '../../exit-code.ts'
import type { Comparison } from './metric.ts'

/**
 * The evidence of rounds for one comparison. Changes are from baseline to candidate, above 0 for worse:
 * relative for latencies (0.1 is 10 % more), differences of ratios otherwise (0.005 is one more in 200).
 */
export interface Evidence {
  readonly unit: 'relative' | 'share'
  /** The number of usable rounds. */
  readonly rounds: number
  /** Median over the rounds: ms, or a ratio. */
  readonly baseline: number
  /** The baseline plus the estimated change, so that displayed and judged figures agree. */
  readonly candidate: number
  /** Hodges–Lehmann, over averages of one round of each order; for a validity, the difference itself. */
  readonly estimate: number
  /** The interval of the estimate; `null`: unbounded, because of too few rounds. */
  readonly lower: number | null
  readonly upper: number | null
  /** One-sided level of the test and of each end: the interval's confidence is 1 − 2α. */
  readonly alpha: number
  /** Probability, without a change, of rounds that look at least this much worse; one-sided. */
  readonly pWorse: number
  /** The same for better. */
  readonly pBetter: number
  /**
   * Standard deviation of a round's change, adjusted for the order: of ln(candidate / baseline) for
   * latencies, of the difference for ratios; `null` for fewer than 3 rounds.
   */
  readonly scatter: number | null
}

export type Direction = 'regression' | 'improvement'

/** Why a comparison is undecided. */
export type Inconclusive =
  /** All rounds were made, but they scatter too much for the size of the change. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'budget' }
  /** Fresh rounds neither confirmed nor excluded a suspected change. */
  | { readonly kind: 'not confirmed'; readonly direction: Direction }
  /** Too few fresh rounds were made to confirm a suspected change. */
  | { readonly kind: 'confirmation missing'; readonly direction: Direction }
  /** More than a tenth of the rounds are unusable; `why` is the reason in the last of them. */
  | { readonly kind: 'unusable rounds'; readonly count: number; readonly why: string }

/** The verdict on one comparison. */
export type Verdict =
  /** The interval excludes a change of the pass limit or more. */
  | { readonly kind: 'pass'; readonly evidence: Evidence }
  | {
      readonly kind: Direction
      /** From the fresh rounds alone. */
      readonly evidence: Evidence
      /** The evidence that made it a suspect. */
      readonly screening: Evidence
    }
  | {
      readonly kind: 'inconclusive'
      readonly why: Inconclusive
      readonly evidence: Evidence | null
    }
  /** Rounds have too few requests. */
  | { readonly kind: 'refused'; readonly requests: number; readonly needed: number }
  | { readonly kind: 'not comparable'; readonly why: string }

/** A comparison and its verdict. */
export interface JudgedComparison {
  readonly comparison: Comparison
  readonly verdict: Verdict
  /** The change for the worse that 80 % of gates like this one find; `null` if unknown. */
  readonly detectable: number | null
  /** For a validity, the flaw of the candidate's last unusable measurement; otherwise `null`. */
  readonly flaw: string | null
}

/** The verdict of a gate and its exit code. */
export interface GateVerdict {
  readonly kind: Direction | 'pass' | 'inconclusive' | 'not comparable'
  readonly exitCode: ExitCode
}
