import { medianOf } from '../../load/trend.ts'
import { signedRank } from '../../results/statistics/signed-rank.ts'
import { locationOf } from '../../results/statistics/walsh-averages.ts'
import type { Pair } from './round-pairs.ts'
import type { Evidence } from './verdict.ts'

/** What is asked of the rounds. */
export interface Question {
  /** The smallest change that counts. */
  readonly effect: number
  /** The change that a pass excludes. */
  readonly limit: number
  /** One-sided, of each of the two directions. */
  readonly alpha: number
  /** Two-sided, of the interval. */
  readonly confidence: number
}

/** What the rounds show, and what follows from it. */
export interface Finding {
  readonly evidence: Evidence
  /** The direction in which there is a significant change that counts; null: there is none. */
  readonly change: 'regression' | 'improvement' | null
  /** Whether a change of the limit or more is excluded. */
  readonly isPass: boolean
}

/**
 * Judges rounds as if all of them had been planned from the start. Times are compared by the
 * logarithm of candidate/baseline and shares by their difference, so swapping the arms mirrors
 * everything but the pass, which is of regressions only.
 *
 * A share passes only if the mean difference, too, is below the limit: the interval is of the
 * pseudo-median, which does not see one round in twenty that lost everything.
 *
 * @param pairs at least 1, all of one kind.
 */
export function findingOf(pairs: readonly [Pair, ...Pair[]], question: Question): Finding {
  const unit = pairs[0].unit === 'time' ? 'relative' : 'share'
  const changes = pairs.map(changeOf)
  const { pGreater, pLess } = signedRank(changes)
  const { estimate, lower, upper } = locationOf(changes, question.confidence)
  const effect = toChange(unit, question.effect)
  const limit = toChange(unit, question.limit)
  const isWorse = pGreater <= question.alpha && estimate >= effect
  const isBetter = pLess <= question.alpha && estimate <= -effect
  return {
    evidence: {
      unit,
      rounds: pairs.length,
      baseline: medianOf(pairs.map(({ baseline }) => baseline)),
      candidate: medianOf(pairs.map(({ candidate }) => candidate)),
      estimate: fromChange(unit, estimate),
      lower: lower === -Infinity ? null : fromChange(unit, lower),
      upper: upper === Infinity ? null : fromChange(unit, upper),
      confidence: question.confidence,
      pWorse: pGreater,
      pBetter: pLess,
      smallestEffect:
        lower === -Infinity ? null : fromChange(unit, Math.max(effect, estimate - lower)),
    },
    change: isWorse ? 'regression' : isBetter ? 'improvement' : null,
    isPass: upper < limit && (unit === 'relative' || meanDifference(pairs) < limit),
  }
}

/**
 * Rounded, so that the last bit of a quotient doesn't decide which rounds are tied: measuring both
 * arms in another unit changes nothing.
 */
function changeOf(pair: Pair): number {
  const change =
    pair.unit === 'time'
      ? Math.log(pair.candidate) - Math.log(pair.baseline)
      : pair.candidate - pair.baseline
  return Math.round(change * 1e12) / 1e12 || 0
}

function meanDifference(pairs: readonly Pair[]): number {
  let candidate = 0
  let baseline = 0
  for (const pair of pairs) {
    candidate += pair.candidate * pair.weight
    baseline += pair.baseline * pair.weight
  }
  return (candidate - baseline) / pairs.reduce((sum, { weight }) => sum + weight, 0)
}

function toChange(unit: Evidence['unit'], value: number): number {
  return unit === 'relative' ? Math.log1p(value) : value
}

function fromChange(unit: Evidence['unit'], change: number): number {
  return unit === 'relative' ? Math.expm1(change) : change
}
