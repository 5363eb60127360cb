import { trendOf } from '../../stats/mann-kendall.ts'
import type { OperationName } from '../operations/operations.ts'
import type { DriftSeries } from './drift-series.ts'

/**
 * The rule: an operation drifts if its ratio candidate / baseline rises by at least `slopePerMinute`, at
 * Mann–Kendall's p ≤ `p`, in two long processes. The first calls all operations; the second, which confirms,
 * calls the suspect alone, so that each window has more of its pairs.
 */
export const DRIFT_RULE = {
  screening: { durationMs: 120_000, windows: 24, slopePerMinute: 0.004, p: 0.1 },
  confirmation: { durationMs: 90_000, windows: 18, slopePerMinute: 0.005, p: 0.01 },
} as const

export interface DriftEvidence {
  readonly operation: OperationName
  /** Sen's slope of candidate / baseline: 0.01 is 1 % more per minute. */
  readonly slopePerMinute: number
  /** Mann–Kendall, one-sided: the probability of such a rise without a trend. */
  readonly p: number
  readonly minutes: number
}

/** The trend of a series. */
export function driftOf({ operation, windowMs, logRatios }: DriftSeries): DriftEvidence {
  const { slope, z, p } = trendOf(logRatios)
  return {
    operation,
    slopePerMinute: Math.expm1((slope * 60_000) / windowMs),
    p: z > 0 ? p / 2 : 1 - p / 2,
    minutes: (windowMs * logRatios.length) / 60_000,
  }
}

/** Whether a series rises by the rule of its stage. */
export function isDrifting(
  { slopePerMinute, p }: DriftEvidence,
  stage: keyof typeof DRIFT_RULE,
): boolean {
  const rule = DRIFT_RULE[stage]
  return slopePerMinute >= rule.slopePerMinute && p <= rule.p
}
