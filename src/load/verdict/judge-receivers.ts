import { formatMs } from '../../format.ts'
import type { Deliveries, LoadResult } from '../result.ts'
import { tightestBoundMs } from '../slo/judge-slo.ts'
import type { Bound } from '../slo/slo.ts'
import { pauseLimitMs, type VerdictReason } from './verdict-thresholds.ts'

/** Judges whether the receivers could count and time receipts reliably. */
export function judgeReceivers(
  result: LoadResult,
  bounds: readonly Bound[],
): readonly VerdictReason[] {
  return [...result.operations].flatMap(([name, { deliveries }]) =>
    deliveries === null ? [] : judgeThoseOf(name, deliveries, result, bounds),
  )
}

function judgeThoseOf(
  name: string,
  deliveries: Deliveries,
  result: LoadResult,
  bounds: readonly Bound[],
): readonly VerdictReason[] {
  if (deliveries.kind === 'unknown') {
    const message = `the deliveries of ${name} are unknown: ${deliveries.reason}`
    return [{ figure: 'deliveries known', measured: 0, threshold: 1, message }]
  }
  if (deliveries.receivers === null) return []
  const { eventLoopDelay, pauses } = deliveries.receivers
  const { receiverPauseMs, lateness, latenessMs } = result.verdictThresholds
  const reasons: VerdictReason[] = []
  const longestMs = pauseLimitMs(result, receiverPauseMs.degraded)
  if (pauses.maxMs > longestMs) {
    reasons.push({
      figure: "receivers' longest pause",
      measured: pauses.maxMs,
      threshold: longestMs,
      message: `the receivers of ${name} were paused for up to ${formatMs(pauses.maxMs)}, more than ${formatMs(longestMs)}`,
    })
  }
  const boundMs = tightestBoundMs(bounds, name)
  const delayMs = boundMs === null ? latenessMs.degraded : boundMs * lateness.degraded
  if (eventLoopDelay.p99Ms > delayMs) {
    reasons.push({
      figure: "receivers' event-loop delay P99",
      measured: eventLoopDelay.p99Ms,
      threshold: delayMs,
      message: `the event loop of the receivers of ${name} was late by ${formatMs(eventLoopDelay.p99Ms)} in 1 % of its turns, more than ${formatMs(delayMs)}`,
    })
  }
  return reasons
}
