import { EXIT } from '../../exit-code.ts'
import { MIN_ROUNDS, type GatePlan } from './plan.ts'
import type { GateVerdict, JudgedComparison } from './verdict.ts'

/**
 * What a gate says as a whole. One regression decides. Else, all of what was asked for must have
 * been compared and decided: a gate that compared nothing has not passed. That measurements are valid
 * is not what they were made for, so it is no pass by itself.
 *
 * Beside pairs, which judge latency, a time under load that scatters too much to be decided is shown as
 * that and doesn't leave the gate undecided, as one that has too few requests doesn't: otherwise no
 * gate could pass on a machine with other work.
 */
export function sumUp(
  comparisons: readonly JudgedComparison[],
  { timesDecide }: Pick<GatePlan, 'timesDecide'>,
): GateVerdict {
  const has = (kind: JudgedComparison['verdict']['kind']): boolean =>
    comparisons.some(({ verdict }) => verdict.kind === kind)
  if (has('regression')) return { kind: 'regression', exitCode: EXIT.failed }
  if (has('not comparable') || comparisons.length === 0) {
    return { kind: 'not comparable', exitCode: EXIT.notComparable }
  }
  const isAskedRefused = comparisons.some(
    ({ comparison, verdict }) => verdict.kind === 'refused' && comparison.isAsked,
  )
  const isAnyJudged = comparisons.some(
    ({ comparison, verdict }) =>
      comparison.metric.kind !== 'validity' &&
      (verdict.kind === 'pass' || verdict.kind === 'improvement'),
  )
  const isUndecided = comparisons.some(
    (judged) => judged.verdict.kind === 'inconclusive' && (timesDecide || !isScatteredTime(judged)),
  )
  if (isUndecided || isAskedRefused || !isAnyJudged) {
    return { kind: 'inconclusive', exitCode: EXIT.inconclusive }
  }
  return { kind: has('improvement') ? 'improvement' : 'pass', exitCode: EXIT.good }
}

/** A time that some rounds were made for, and that they neither pass nor fail. */
function isScatteredTime({ comparison, verdict }: JudgedComparison): boolean {
  if (comparison.metric.kind !== 'latency' || verdict.kind !== 'inconclusive') return false
  const { why, evidence } = verdict
  const isUndecided = why.kind === 'noise' || why.kind === 'budget'
  return isUndecided && evidence !== null && evidence.rounds >= MIN_ROUNDS
}
