import type { VerdictOverrides } from '../../../load/verdict/verdict-thresholds.ts'

/**
 * Thresholds that no pause of the machine exceeds, for scenarios whose outcome is to be the same on
 * any machine: those without a bound on a time.
 */
export const UNTIMED: VerdictOverrides = {
  achieved: { degraded: 0, invalid: 0 },
  medianLateness: { degraded: null },
  latenessMs: { degraded: 600_000 },
  batchMs: { degraded: 600_000 },
}
