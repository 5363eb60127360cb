import { holm } from '../../results/statistics/holm.ts'
import type { Finding } from './evidence.ts'
import type { Comparison } from './metric.ts'
import { pairsOf } from './round-pairs.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { findingIn, isPatchy, questionOf, type Change } from './screen.ts'
import type { Verdict } from './verdict.ts'

/** A change that stood out at a look. */
export interface Candidate {
  readonly comparison: Comparison
  readonly change: Change
  readonly finding: Finding
}

/**
 * Judges candidates by fresh rounds alone, for those that made them candidates flatter them. Holm's
 * adjustment over all candidates bounds the probability that any confirmed change is none.
 *
 * What is not confirmed passes if the fresh rounds exclude a change of the pass limit.
 *
 * @returns a verdict for each, in their order.
 */
export function confirm(
  candidates: readonly Candidate[],
  plan: GatePlan,
  fresh: readonly GateRound[],
): readonly Verdict[] {
  const judged = candidates.map((candidate) => {
    const { comparison, change } = candidate
    const paired = pairsOf(comparison, fresh)
    const finding = findingIn(paired, questionOf(comparison, plan, plan.confirmation.alpha))
    const p = change === 'regression' ? finding?.evidence.pWorse : finding?.evidence.pBetter
    return { candidate, paired, finding, p: p ?? 1 }
  })
  const adjusted = holm(judged.map(({ p }) => p))
  return judged.map(({ candidate, paired, finding }, i): Verdict => {
    const { change: direction, finding: screening } = candidate
    const adjustedP = adjusted[i] ?? 1
    const isSolid = direction === 'regression' || !isPatchy(paired)
    if (finding?.change === direction && adjustedP <= plan.confirmation.alpha && isSolid) {
      const { evidence } = finding
      return { kind: direction, evidence, adjustedP, screening: screening.evidence }
    }
    if (finding?.isPass === true && !isPatchy(paired)) {
      return { kind: 'pass', evidence: finding.evidence }
    }
    return {
      kind: 'inconclusive',
      why: { kind: 'not confirmed', direction },
      evidence: finding?.evidence ?? screening.evidence,
    }
  })
}

/** What becomes of a candidate without fresh rounds: an improvement is no regression, at least. */
export function leaveUnconfirmed({ change: direction, finding }: Candidate): Verdict {
  const { evidence, isPass } = finding
  if (direction === 'improvement' && isPass) return { kind: 'pass', evidence }
  return { kind: 'inconclusive', why: { kind: 'confirmation missing', direction }, evidence }
}
