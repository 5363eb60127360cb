import { EXIT } from '../../exit-code.ts'
import { MIN_ROUNDS, type GatePlan } from './plan.ts'
import type { GateVerdict, JudgedComparison } from './verdict.ts'

/**
 * The verdict of all rounds. One regression decides. Otherwise, every requested comparison must have been
 * made and decided: a gate that compared nothing doesn't pass. Validity alone is not a pass, because it isn't
 * what rounds are made for.
 *
 * Beside pairs, which judge latency, a time under load that scatters too much, or has too few requests, is
 * shown but doesn't leave the gate undecided. Otherwise no gate could pass on a busy machine.
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

/** A time that neither passes nor fails after a sufficient number of rounds. */
function isScatteredTime({ comparison, verdict }: JudgedComparison): boolean {
  if (comparison.metric.kind !== 'latency' || verdict.kind !== 'inconclusive') return false
  const { why, evidence } = verdict
  const isUndecided = why.kind === 'noise' || why.kind === 'budget'
  return isUndecided && evidence !== null && evidence.rounds >= MIN_ROUNDS
}
