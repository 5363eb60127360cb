import type { VerdictReason } from './verdict-thresholds.ts'
import { formatPercent, formatSeconds } from '../../format.ts'
import type { LoadResult } from '../result.ts'
import type { Bound } from '../slo/slo.ts'
import { countsOfAll, inTime } from '../totals.ts'
import { judgeFaults } from './judge-faults.ts'
import { judgePace } from './judge-pace.ts'
import { judgeReceivers } from './judge-receivers.ts'
import { judgeUsers } from './judge-users.ts'

/** Whether a measurement can be trusted. */
export type Verdict =
  | { readonly kind: 'valid' }
  /** Usable, with reservations. */
  | { readonly kind: 'degraded'; readonly reasons: readonly VerdictReason[] }
  /** Proves nothing about the system, whatever the SLOs show. */
  | { readonly kind: 'invalid'; readonly reasons: readonly VerdictReason[] }

/**
 * Judges a measurement by `result.verdictThresholds`, before it is used to judge the system.
 * @param bounds the bounds of the SLO.
 */
export function judgeMeasurement(result: LoadResult, bounds: readonly Bound[]): Verdict {
  const { planned, dropped, unfinished } = countsOfAll(result)
  if (planned === 0) {
    const message = 'no request was due in the measured time'
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
  const { model } = result
  if (model.kind === 'closed') {
    const ofUsers = judgeUsers(result, model)
    broken.push(...ofUsers.invalid)
    doubtful.push(...ofUsers.degraded)
  } else if (achieved < T.achieved.invalid) broken.push(achievedReason(T.achieved.invalid))
  else if (achieved < T.achieved.degraded) doubtful.push(achievedReason(T.achieved.degraded))

  const droppedRatio = dropped / planned
  const droppedReason = (threshold: number): VerdictReason => ({
    figure: 'dropped',
    measured: droppedRatio,
    threshold,
    message: `${dropped} of ${planned} requests (${percent(droppedRatio)}) were dropped because ${runningOf(result)}; more than ${percent(threshold)}`,
  })
  if (droppedRatio > T.dropped.invalid) broken.push(droppedReason(T.dropped.invalid))
  else if (droppedRatio > T.dropped.degraded) doubtful.push(droppedReason(T.dropped.degraded))

  const unfinishedRatio = unfinished / planned
  if (unfinishedRatio > T.unfinished.degraded) {
    const when = result.isInterrupted
      ? 'when the load was interrupted'
      : `${result.limits.gracePeriodMs} ms after the last one was due`
    doubtful.push({
      figure: 'unfinished',
      measured: unfinishedRatio,
      threshold: T.unfinished.degraded,
      message: `${unfinished} of ${planned} requests (${percent(unfinishedRatio)}) had not ended ${when}`,
    })
  }
  if (model.kind === 'open') doubtful.push(...judgePace(result, bounds))
  doubtful.push(...judgeReceivers(result, bounds))
  broken.push(...judgeFaults(result))
  if (result.isInterrupted) {
    const { measuredMs, durationMs } = result
    const message =
      measuredMs < durationMs
        ? `interrupted after ${formatSeconds(measuredMs)} of ${durationMs / 1_000} s`
        : 'interrupted while waiting for the last requests'
    doubtful.push({ figure: 'measured time', measured: measuredMs, threshold: durationMs, message })
  }
  if (broken.length > 0) return invalid([...broken, ...doubtful])
  return doubtful.length > 0 ? { kind: 'degraded', reasons: doubtful } : { kind: 'valid' }
}

/** The requests that left no room for the dropped ones. */
function runningOf({ limits, health }: LoadResult): string {
  const { most, atEnd } = health.ranOn
  const running = `${limits.maxInFlight} were running`
  if (most === 0) return running
  return `${running}, and up to ${most} ran on after they had been given up, ${atEnd} of them to the end: does their operation pass on \`request.signal\`?`
}

function invalid(reasons: readonly VerdictReason[]): Verdict {
  return { kind: 'invalid', reasons }
}

function percent(ratio: number): string {
  return formatPercent(ratio, ratio === 1 ? 0 : 2)
}
