import { percentileMs, sumOf } from '../recording/histogram.ts'
import type { LoadResult } from '../result.ts'
import { countsOfAll, inTime } from '../totals.ts'

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
 * Judges a measurement before the system is judged by it.
 * By `result.verdictThresholds`.
 * @param tightestBoundMs the smallest response-time bound of the SLO, in ms; `null` without one.
 */
export function judgeMeasurement(result: LoadResult, tightestBoundMs: number | null): Verdict {
  const { planned, dropped, unfinished } = countsOfAll(result)
  if (planned === 0) {
    const message = 'no request was due in the time measured, so nothing was'
    return invalid([{ figure: 'planned', measured: 0, threshold: 1, message }])
  }
  const T = result.verdictThresholds
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
    message: `${dropped} of ${planned} requests (${percent(droppedShare)}) were dropped because ${runningOf(result)}; more than ${percent(threshold)}`,
  })
  if (droppedShare > T.dropped.invalid) broken.push(droppedReason(T.dropped.invalid))
  else if (droppedShare > T.dropped.degraded) doubtful.push(droppedReason(T.dropped.degraded))

  const unfinishedShare = unfinished / planned
  if (unfinishedShare > T.unfinished.degraded) {
    const when = result.isInterrupted
      ? 'when the load was interrupted'
      : `${result.limits.gracePeriodMs} ms after the last one was due`
    doubtful.push({
      figure: 'unfinished',
      measured: unfinishedShare,
      threshold: T.unfinished.degraded,
      message: `${unfinished} of ${planned} requests (${percent(unfinishedShare)}) had not ended ${when}`,
    })
  }
  doubtful.push(...judgePace(result, tightestBoundMs), ...judgeReceivers(result, tightestBoundMs))
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

/** How late requests were started, and what held them up. */
function judgePace(result: LoadResult, tightestBoundMs: number | null): VerdictReason[] {
  const { verdictThresholds, health } = result
  const reasons: VerdictReason[] = []
  const operations = [...result.operations.values()]
  const latenessMs = percentileMs(sumOf(operations.map(({ lateness }) => lateness)), 99) ?? 0
  const latenessLimitMs =
    tightestBoundMs === null
      ? verdictThresholds.latenessMs.degraded
      : tightestBoundMs * verdictThresholds.lateness.degraded
  const { eventLoopDelay, pauses, gcPauses, coreWaitMs } = health
  const waited = coreWaitMs === null ? '' : `; in all, it waited ${ms(coreWaitMs)} for a core`
  const because = `event loop held up for up to ${ms(Math.max(eventLoopDelay.maxMs, pauses.maxMs))}, garbage collection for ${ms(gcPauses.maxMs)}${waited}`
  if (latenessMs > latenessLimitMs) {
    const context = tightestBoundMs === null ? '' : ` of a bound of ${ms(tightestBoundMs)}`
    reasons.push({
      figure: 'lateness P99',
      measured: latenessMs,
      threshold: latenessLimitMs,
      message: `1 % of the requests started ${ms(latenessMs)} late or later, more than ${ms(latenessLimitMs)}${context} (${because})`,
    })
  }
  const { largestBatch, longestBatchMs } = health
  if (longestBatchMs > verdictThresholds.batchMs.degraded) {
    reasons.push({
      figure: 'longest batch',
      measured: longestBatchMs,
      threshold: verdictThresholds.batchMs.degraded,
      message: `requests due over ${ms(longestBatchMs)} were started at once, up to ${largestBatch} of them; more than ${ms(verdictThresholds.batchMs.degraded)} (${because})`,
    })
  }
  return reasons
}

/** Whether those who count and time receipts could do so. */
function judgeReceivers(result: LoadResult, tightestBoundMs: number | null): VerdictReason[] {
  const { receiverPauseMs, lateness, latenessMs } = result.verdictThresholds
  const delayLimitMs =
    tightestBoundMs === null ? latenessMs.degraded : tightestBoundMs * lateness.degraded
  return [...result.operations].flatMap(([name, { deliveries }]): VerdictReason[] => {
    if (deliveries === null) return []
    if (deliveries.kind === 'unknown') {
      const message = `the deliveries of ${name} are unknown: ${deliveries.reason}`
      return [{ figure: 'deliveries known', measured: 0, threshold: 1, message }]
    }
    if (deliveries.receivers === null) return []
    const { eventLoopDelay, pauses } = deliveries.receivers
    const reasons: VerdictReason[] = []
    if (pauses.maxMs > receiverPauseMs.degraded) {
      reasons.push({
        figure: "receivers' longest pause",
        measured: pauses.maxMs,
        threshold: receiverPauseMs.degraded,
        message: `the receivers of ${name} were paused for up to ${ms(pauses.maxMs)}, more than ${ms(receiverPauseMs.degraded)}`,
      })
    }
    if (eventLoopDelay.p99Ms > delayLimitMs) {
      reasons.push({
        figure: "receivers' event-loop delay P99",
        measured: eventLoopDelay.p99Ms,
        threshold: delayLimitMs,
        message: `the event loop of the receivers of ${name} was late by ${ms(eventLoopDelay.p99Ms)} in 1 % of its turns, more than ${ms(delayLimitMs)}`,
      })
    }
    return reasons
  })
}

/** What took up the room of requests that were dropped. */
function runningOf({ limits, health }: LoadResult): string {
  const { most, atEnd } = health.ranOn
  const running = `${limits.maxInFlight} were running`
  if (most === 0) return running
  return `${running}, up to ${most} of which had timed out and ran on, ${atEnd} of them to the end: does their operation pass on \`request.signal\`?`
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

function invalid(reasons: readonly VerdictReason[]): Verdict {
  return { kind: 'invalid', reasons }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share === 1 ? 0 : 2)} %`
}
