import type { ExitCode } from '../../results/outcome.ts'
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
  /** Medians over the rounds: ms, or a share. */
  readonly baseline: number
  readonly candidate: number
  /** Hodges–Lehmann. */
  readonly estimate: number
  /** The interval of the estimate; null: unbounded, for so few rounds can't bound it. */
  readonly lower: number | null
  readonly upper: number | null
  /** Of the interval, two-sided: 0.975. */
  readonly confidence: number
  /** Probability of rounds that speak so much for worse, if there were no change; one-sided. */
  readonly pWorse: number
  /** The same for better. */
  readonly pBetter: number
  /** What a change would have had to be, at this scatter between rounds, to be found; null: none could. */
  readonly smallestEffect: number | null
}

/** Why nothing could be decided. */
export type Inconclusive =
  /** All rounds were made: they scatter too much for the change there is. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'budget' }
  /** A change stood out, and the fresh rounds neither confirmed nor excluded it. */
  | { readonly kind: 'not confirmed'; readonly direction: 'regression' | 'improvement' }
  /** A change stood out, and no fresh rounds were made. */
  | { readonly kind: 'confirmation missing'; readonly direction: 'regression' | 'improvement' }
  /** More than a tenth of the rounds said nothing: `why` of the last of them. */
  | { readonly kind: 'unusable rounds'; readonly count: number; readonly why: string }

/** What a gate says of one comparison. */
export type Verdict =
  /** The interval excludes a change of the pass limit or more. */
  | { readonly kind: 'pass'; readonly evidence: Evidence }
  | {
      readonly kind: 'regression' | 'improvement'
      /** Of the fresh rounds alone. */
      readonly evidence: Evidence
      /** p of those, adjusted for the number of candidates by Holm. */
      readonly adjustedP: number
      /** What made it a candidate. */
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
}

/** What a gate says as a whole, and how its process ends. */
export interface GateVerdict {
  readonly kind: 'pass' | 'regression' | 'improvement' | 'inconclusive' | 'not comparable'
  readonly exitCode: ExitCode
}
