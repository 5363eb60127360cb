import type { LoadResult } from '../result.ts'

/**
 * How long a pause may be, in ms: longer than `thresholdMs` in a long measurement, of which the same pause
 * is a smaller part.
 */
export function pauseLimitMs(
  { measuredMs, verdictThresholds }: Pick<LoadResult, 'measuredMs' | 'verdictThresholds'>,
  thresholdMs: number,
): number {
  return Math.max(thresholdMs, measuredMs * verdictThresholds.pauseRatio.degraded)
}
