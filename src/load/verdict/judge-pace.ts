import { formatMs, formatPercent } from '../../format.ts'
import { percentileMs, sumOf } from '../recording/histogram.ts'
import type { LoadResult } from '../result.ts'
import { tightestBoundMs } from '../slo/judge-slo.ts'
import type { Bound } from '../slo/slo.ts'
import { pauseLimitMs, type VerdictReason } from './verdict-thresholds.ts'

/** Lateness below this is normal for Node and never degrades a measurement. */
const MIN_LATENESS_MS = 0.1

/** The figure of a reason that makes response times doubtful, but no bound that is met in spite of lateness. */
export const MEDIAN_LATENESS = 'lateness P50'

/** Judges how late requests were started, and names the causes. */
export function judgePace(result: LoadResult, bounds: readonly Bound[]): readonly VerdictReason[] {
  const [first, ...others] = [...judgeTail(result, bounds), ...judgeBatches(result)]
  if (first === undefined) return judgeMedians(result)
  const withCauses = { ...first, message: `${first.message} (${causes(result)})` }
  return [...judgeMedians(result), withCauses, ...others]
}

function judgeMedians({ operations, verdictThresholds }: LoadResult): readonly VerdictReason[] {
  const threshold = verdictThresholds.medianLateness.degraded
  if (threshold === null) return []
  return [...operations].flatMap(([name, { response, lateness }]) => {
    const [responseMs, latenessMs] = [percentileMs(response, 50), percentileMs(lateness, 50)]
    if (responseMs === null || latenessMs === null || latenessMs <= MIN_LATENESS_MS) return []
    const measured = latenessMs / responseMs
    if (!(measured > threshold)) return []
    return {
      figure: MEDIAN_LATENESS,
      measured,
      threshold,
      message: `half of the requests of ${name} started ${formatMs(latenessMs)} late or more, above the limit of ${formatPercent(threshold)} of their response P50 of ${formatMs(responseMs)}: it shows the generator, not the system`,
    }
  })
}

function judgeTail(result: LoadResult, bounds: readonly Bound[]): readonly VerdictReason[] {
  const { verdictThresholds } = result
  const operations = [...result.operations]
  const latenessMs = percentileMs(sumOf(operations.map(([, { lateness }]) => lateness)), 99) ?? 0
  const boundMs = tightestBoundMs(bounds)
  const threshold =
    boundMs === null
      ? verdictThresholds.latenessMs.degraded
      : boundMs * verdictThresholds.lateness.degraded
  if (latenessMs <= threshold) return []
  const of = boundMs === null ? tailsOf(result) : ` of a bound of ${formatMs(boundMs)}`
  if (of === null) return []
  return [
    {
      figure: 'lateness P99',
      measured: latenessMs,
      threshold,
      message: `1 % of the requests started ${formatMs(latenessMs)} late or more, above the limit of ${formatMs(threshold)}${of}`,
    },
  ]
}

/** The operations whose response P99 is mostly lateness; `null` if no operation has one. */
function tailsOf({ operations, verdictThresholds }: LoadResult): string | null {
  const ratio = verdictThresholds.tailLateness.degraded
  const names = [...operations].flatMap(([name, { response, lateness }]) => {
    const latenessMs = percentileMs(lateness, 99)
    if (latenessMs === null) return []
    return latenessMs > (percentileMs(response, 99) ?? 0) * ratio ? [name] : []
  })
  if (names.length === 0) return null
  if (ratio === 0) return ''
  return ` and above ${formatPercent(ratio)} of the response P99 of ${names.join(', ')}`
}

function judgeBatches(result: LoadResult): readonly VerdictReason[] {
  const { largestBatch, longestBatchMs } = result.health
  const threshold = pauseLimitMs(result, result.verdictThresholds.batchMs.degraded)
  if (longestBatchMs <= threshold) return []
  return [
    {
      figure: 'longest batch',
      measured: longestBatchMs,
      threshold,
      message: `requests due within ${formatMs(longestBatchMs)} were started at once, up to ${largestBatch} of them; the limit is ${formatMs(threshold)}`,
    },
  ]
}

/** The causes of delays in the generator. */
function causes({ health }: LoadResult): string {
  const { eventLoopDelay, pauses, gcPauses, coreWaitMs } = health
  const heldUpMs = Math.max(eventLoopDelay.maxMs, pauses.maxMs)
  const waited = coreWaitMs === null ? '' : `; in all, it waited ${formatMs(coreWaitMs)} for a core`
  return `event loop held up for up to ${formatMs(heldUpMs)}, garbage collection for ${formatMs(gcPauses.maxMs)}${waited}`
}
