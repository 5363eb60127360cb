import { EXIT } from '../../results/outcome.ts'
import type { GateVerdict, JudgedComparison } from './verdict.ts'

/**
 * What a gate says as a whole. One regression decides. Else, all of what was asked for must have
 * been compared and decided: a gate that compared nothing has not passed. That measurements are valid
 * is not what they were made for, so it is no pass by itself.
 */
export function sumUp(comparisons: readonly JudgedComparison[]): GateVerdict {
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
  if (has('inconclusive') || isAskedRefused || !isAnyJudged) {
    return { kind: 'inconclusive', exitCode: EXIT.inconclusive }
  }
  return { kind: has('improvement') ? 'improvement' : 'pass', exitCode: EXIT.good }
}
