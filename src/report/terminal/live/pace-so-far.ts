import { formatMs } from '../../../format.ts'
import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import { tightestBoundMs } from '../../../load/slo/judge-slo.ts'
import type { LoadOutline } from '../../live/run-event.ts'

/** Whether the generator keeps to the schedule, by the thresholds of the verdict. */
export interface PaceSoFar {
  readonly isLate: boolean
  /** `on time` or `late`. */
  readonly word: string
  /** `lateness P99 120 µs`, `lateness P99 12.0 ms, limit 2.50 ms`. */
  readonly figures: string
}

/** Judges the lateness of an open load so far; `null` before there is any, and for users, who have no schedule. */
export function paceSoFar(outline: LoadOutline, { soFar, p99Ms }: LoadProgress): PaceSoFar | null {
  const { lateness, p50Ms } = soFar
  if (outline.model === 'closed' || lateness === null) return null
  const { medianLateness, latenessMs, tailLateness, ...thresholds } = outline.verdictThresholds
  const ratio = medianLateness.degraded
  if (ratio !== null && p50Ms !== null && lateness.p50Ms > Math.max(p50Ms * ratio, MIN_MS)) {
    return late('P50', lateness.p50Ms, `response P50 ${formatMs(p50Ms)}`)
  }
  const boundMs = tightestBoundMs(outline.bounds)
  const limitMs =
    boundMs === null
      ? Math.max(latenessMs.degraded, (p99Ms ?? 0) * tailLateness.degraded)
      : boundMs * thresholds.lateness.degraded
  if (lateness.p99Ms > limitMs) {
    return late('P99', lateness.p99Ms, `limit ${formatMs(limitMs)}`)
  }
  const figures = `lateness P99 ${formatMs(lateness.p99Ms)}`
  return { isLate: false, word: 'on time', figures }
}

/** Lateness below this is normal and never degrades a measurement. */
const MIN_MS = 0.1

function late(percentile: string, ms: number, beside: string): PaceSoFar {
  const figures = `lateness ${percentile} ${formatMs(ms)}, ${beside}`
  return { isLate: true, word: 'late', figures }
}
