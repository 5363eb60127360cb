import { formatMs, formatPercent } from '../../format.ts'
import type { ClosedModel } from '../load-model.ts'
import { sumOf } from '../recording/histogram.ts'
import type { LoadResult } from '../result.ts'
import { pauseLimitMs, type VerdictReason } from './verdict-thresholds.ts'

/** Reasons against a measurement, by severity. */
export interface UsersJudgement {
  readonly invalid: readonly VerdictReason[]
  readonly degraded: readonly VerdictReason[]
}

/**
 * Judges whether the users of a closed load were present and on time. Users have no schedule to fall
 * behind. A slow generator wakes them up late, which makes the load lighter than planned and leaves
 * response times unchanged. The thresholds of both are those of `achieved`, because both mean missing
 * requests. Users without think time have no pace to keep: generator delays degrade their measurement,
 * but don't invalidate it.
 */
export function judgeUsers(result: LoadResult, model: ClosedModel): UsersJudgement {
  const { achieved, batchMs } = result.verdictThresholds
  const invalid: VerdictReason[] = []
  const degraded: VerdictReason[] = []
  const judge = (
    present: number,
    figure: string,
    message: string,
    worst: 'degraded' | 'invalid',
  ): void => {
    const level =
      present < achieved.invalid && worst === 'invalid'
        ? 'invalid'
        : present < achieved.degraded
          ? 'degraded'
          : null
    if (level === null) return
    const reason = { figure, measured: present, threshold: achieved[level], message }
    if (level === 'invalid') invalid.push(reason)
    else degraded.push(reason)
  }
  const { setUp, userTimeMs } = model
  const missing = setUp.users - setUp.ok
  // An interruption keeps users away too, and is reported separately.
  if (setUp.users > 0 && setUp.notDone === 0) {
    const message = `${missing} of ${setUp.users} users took no part, because they could not be set up`
    judge(setUp.ok / setUp.users, 'users set up', message, 'invalid')
  }
  if (userTimeMs > 0) {
    const lateness = sumOf([...result.operations.values()].map((operation) => operation.lateness))
    const late = Math.min((lateness.mean * lateness.totalCount) / 1_000 / userTimeMs, 1)
    const message = `the generator kept users waiting before their steps for ${formatPercent(late, 1)} of their time: they made that many fewer requests`
    judge(1 - late, 'users on time', message, model.thinkTime.meanMs > 0 ? 'invalid' : 'degraded')
  }
  const { pauses, eventLoopDelay } = result.health
  const pausedMs = Math.max(pauses.maxMs, eventLoopDelay.maxMs)
  const pauseMs = pauseLimitMs(result, batchMs.degraded)
  if (pausedMs > pauseMs) {
    degraded.push({
      figure: 'longest pause',
      measured: pausedMs,
      threshold: pauseMs,
      message: `the generator was paused for up to ${formatMs(pausedMs)}, more than ${formatMs(pauseMs)}: users received their answers late`,
    })
  }
  return { invalid, degraded }
}
