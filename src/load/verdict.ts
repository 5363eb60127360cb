import { percentileMs, sumOf } from './histogram.ts'
import type { LoadResult } from './result.ts'
import { countsOfAll, inTime } from './totals.ts'

/** A figure of the measurement that is past its threshold. */
export interface VerdictReason {
  /** What was looked at, e.g. `achieved/planned`. */
  readonly figure: string
  readonly measured: number
  readonly threshold: number
  /** One sentence with both figures in it. */
  readonly message: string
}

/** May this measurement be trusted? */
export type Verdict =
  | { readonly kind: 'valid' }
  /** Usable, with reservations. */
  | { readonly kind: 'degraded'; readonly reasons: readonly VerdictReason[] }
  /** Says nothing about the system, whatever the SLOs show. */
  | { readonly kind: 'invalid'; readonly reasons: readonly VerdictReason[] }

/**
 * Where a figure of the generator casts doubt on a measurement. Shares are of the planned
 * requests. The values are judgement, not law: 1 % is what a P99 can't survive, and 5 % is more
 * than run-to-run noise.
 */
export const VERDICT_THRESHOLDS = {
  /** Requests started in time / planned. */
  achieved: { degraded: 0.99, invalid: 0.95 },
  dropped: { degraded: 0, invalid: 0.01 },
  unfinished: { degraded: 0 },
  /** Lateness P99 / the tightest response bound that is judged. */
  lateness: { degraded: 0.5 },
  /** Lateness P99 in ms where no response bound is judged. */
  latenessMs: { degraded: 50 },
  /** Most requests started in one wake-up, as ms of the schedule: the pause that it made up for. */
  batchMs: { degraded: 250 },
} as const

/**
 * Judges a measurement before the system is judged by it.
 * @param tightestBoundMs the smallest response-time bound of the SLO, in ms; `null` without one.
 */
export function judgeMeasurement(result: LoadResult, tightestBoundMs: number | null): Verdict {
  const { planned, dropped, unfinished } = countsOfAll(result)
  if (planned === 0) {
    const message = 'no request was due in the time measured, so nothing was'
    return invalid([{ figure: 'planned', measured: 0, threshold: 1, message }])
  }
  const T = VERDICT_THRESHOLDS
  const broken: VerdictReason[] = []
  const doubtful: VerdictReason[] = []
  const achieved = inTime(result).started / planned
  const achievedReason = (threshold: number): VerdictReason => ({
    figure: 'achieved/planned',
    measured: achieved,
    threshold,
    message: `${percent(achieved)} of the planned requests were started in time, less than ${percent(threshold)}`,
  })
  if (achieved < T.achieved.invalid) broken.push(achievedReason(T.achieved.invalid))
  else if (achieved < T.achieved.degraded) doubtful.push(achievedReason(T.achieved.degraded))

  const droppedShare = dropped / planned
  const droppedReason = (threshold: number): VerdictReason => ({
    figure: 'dropped',
    measured: droppedShare,
    threshold,
    message: `${dropped} of ${planned} requests (${percent(droppedShare)}) were dropped because ${result.limits.maxInFlight} were under way; more than ${percent(threshold)}`,
  })
  if (droppedShare > T.dropped.invalid) broken.push(droppedReason(T.dropped.invalid))
  else if (droppedShare > T.dropped.degraded) doubtful.push(droppedReason(T.dropped.degraded))

  if (unfinished > T.unfinished.degraded) {
    doubtful.push({
      figure: 'unfinished',
      measured: unfinished,
      threshold: T.unfinished.degraded,
      message: `${unfinished} requests had not ended ${result.limits.gracePeriodMs} ms after the last one was due`,
    })
  }
  doubtful.push(...judgePace(result, tightestBoundMs))
  if (result.isInterrupted) {
    doubtful.push({
      figure: 'measured time',
      measured: result.measuredMs,
      threshold: result.durationMs,
      message: `interrupted after ${(result.measuredMs / 1_000).toFixed(1)} s of ${result.durationMs / 1_000} s`,
    })
  }
  if (broken.length > 0) return invalid([...broken, ...doubtful])
  return doubtful.length > 0 ? { kind: 'degraded', reasons: doubtful } : { kind: 'valid' }
}

function judgePace(result: LoadResult, tightestBoundMs: number | null): VerdictReason[] {
  const T = VERDICT_THRESHOLDS
  const reasons: VerdictReason[] = []
  const operations = [...result.operations.values()]
  const latenessMs = percentileMs(sumOf(operations.map(({ lateness }) => lateness)), 99) ?? 0
  const latenessLimitMs =
    tightestBoundMs === null ? T.latenessMs.degraded : tightestBoundMs * T.lateness.degraded
  if (latenessMs > latenessLimitMs) {
    reasons.push({
      figure: 'lateness P99',
      measured: latenessMs,
      threshold: latenessLimitMs,
      message: `1 % of the requests started ${latenessMs.toFixed(1)} ms late or later; above ${latenessLimitMs.toFixed(1)} ms that shows in the response times`,
    })
  }
  const { largestBatch } = result.health
  const perMs = countsOfAll(result).planned / Math.max(result.measuredMs, 1)
  const batchMs = (largestBatch - 1) / perMs
  if (batchMs > T.batchMs.degraded) {
    reasons.push({
      figure: 'largest batch',
      measured: largestBatch,
      threshold: Math.floor(T.batchMs.degraded * perMs) + 1,
      message: `${largestBatch} requests were started at once, to make up for ${batchMs.toFixed(0)} ms in which none could be`,
    })
  }
  return reasons
}

function invalid(reasons: readonly VerdictReason[]): Verdict {
  return { kind: 'invalid', reasons }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share === 1 ? 0 : 2)} %`
}
