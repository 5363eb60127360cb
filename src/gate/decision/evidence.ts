import { meanOf, medianOf } from '../../stats/quantile.ts'
import { crossover, type Changes } from '../../stats/crossover.ts'
import { signTest, type SignTest } from '../../stats/sign-test.ts'
import type { Pair } from './round-pairs.ts'
import type { Direction, Evidence } from './verdict.ts'

/** The question that the rounds have to answer. */
export interface Question {
  /** The smallest change that counts. */
  readonly effect: number
  /** A pass excludes a change of this size. */
  readonly limit: number
  /** One-sided, per direction and per end of the interval. */
  readonly alpha: number
}

/** The evidence, and what follows from it. */
export interface Finding {
  readonly evidence: Evidence
  /** The direction of a significant change that counts; `null` without one. */
  readonly change: Direction | null
  /** Whether a change of the limit or more is excluded. */
  readonly isPass: boolean
}

/**
 * Judges rounds as if all of them had been planned from the start. The rank-sum test of a crossover design
 * compares times by ln(candidate / baseline) and ratios by their difference; the sign test compares
 * outcomes. Swapping the versions mirrors everything except the pass, which concerns regressions only.
 *
 * A change requires both test and interval to agree; they can only differ through ties.
 *
 * A ratio passes only if its mean difference is below the limit as well: the interval is that of the
 * pseudo-median, which misses one round in twenty that lost everything.
 *
 * @param pairs at least one, all of the same unit.
 */
export function findingOf(pairs: readonly [Pair, ...Pair[]], question: Question): Finding {
  const unit = pairs[0].unit === 'time' ? 'relative' : 'share'
  const { alpha } = question
  const { estimate, lower, upper, pGreater, pLess } =
    pairs[0].unit === 'outcome' ? testOutcomes(pairs, alpha) : crossover(ordersOf(pairs), alpha)
  const effect = toChange(unit, question.effect)
  const limit = toChange(unit, question.limit)
  const isWorse = pGreater <= alpha && lower > 0 && estimate >= effect
  const isBetter = pLess <= alpha && upper < 0 && estimate <= -effect
  return {
    evidence: {
      unit,
      rounds: pairs.length,
      ...levelsOf(pairs, fromChange(unit, estimate)),
      estimate: fromChange(unit, estimate),
      lower: lower === -Infinity ? null : fromChange(unit, lower),
      upper: upper === Infinity ? null : fromChange(unit, upper),
      alpha,
      pWorse: pGreater,
      pBetter: pLess,
      scatter: scatterOf(ordersOf(pairs)),
    },
    change: isWorse ? 'regression' : isBetter ? 'improvement' : null,
    isPass: upper < limit && (unit === 'relative' || meanDifference(pairs) < limit),
  }
}

/** Outcomes are too coarse for ranks, so the test counts those that differ. */
function testOutcomes(pairs: readonly Pair[], alpha: number): SignTest {
  const more = pairs.filter(({ baseline, candidate }) => candidate > baseline).length
  const less = pairs.filter(({ baseline, candidate }) => candidate < baseline).length
  return signTest(more, less, pairs.length, alpha)
}

function ordersOf(pairs: readonly Pair[]): Changes {
  const changesOf = (first: Pair['first']) =>
    pairs.filter((pair) => pair.first === first).map(changeOf)
  return { oldFirst: changesOf('baseline'), newFirst: changesOf('candidate') }
}

/**
 * Rounded, so that the last bit of a quotient doesn't decide which rounds are tied: the unit of measurement
 * has no influence.
 */
function changeOf(pair: Pair): number {
  const change =
    pair.unit === 'time'
      ? Math.log(pair.candidate) - Math.log(pair.baseline)
      : pair.candidate - pair.baseline
  return Math.round(change * 1e12) / 1e12 || 0
}

/** The levels differ by the estimate, so that displayed and judged figures agree; ratios stay within 0 and 1. */
function levelsOf(
  pairs: readonly [Pair, ...Pair[]],
  estimate: number,
): Pick<Evidence, 'baseline' | 'candidate'> {
  const median = medianOf(pairs.map(({ baseline }) => baseline))
  if (pairs[0].unit === 'time') return { baseline: median, candidate: median * (1 + estimate) }
  const baseline = Math.min(Math.max(median, -estimate), 1 - estimate)
  return { baseline, candidate: baseline + estimate }
}

/** Pooled over both orders, each around its own mean; `null` with too few rounds. */
function scatterOf({ oldFirst, newFirst }: Changes): number | null {
  const filled = [oldFirst, newFirst].filter(({ length }) => length > 0)
  const freedom = filled.reduce((sum, { length }) => sum + length - 1, 0)
  if (freedom < 1) return null
  const squares = filled.map((group) => {
    const mean = meanOf(group)
    return group.reduce((sum, change) => sum + (change - mean) ** 2, 0)
  })
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom)
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

/** Converts a displayed change to the scale of the tests: the logarithm of a ratio, or a difference. */
export function toChange(unit: Evidence['unit'], value: number): number {
  return unit === 'relative' ? Math.log1p(value) : value
}

/** Converts back for display. */
export function fromChange(unit: Evidence['unit'], change: number): number {
  return unit === 'relative' ? Math.expm1(change) : change
}
