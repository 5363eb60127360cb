import type { Finding } from './evidence.ts'
import type { Comparison } from './metric.ts'
import { pairsOf } from './round-pairs.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { findingIn, isPatchy, questionOf } from './screen.ts'
import type { Direction, Verdict } from './verdict.ts'

/** A change that stood out at a look. */
export interface Suspect {
  readonly comparison: Comparison
  readonly direction: Direction
  readonly finding: Finding
}

/** The judgement of a suspect by fresh rounds. */
export type Confirmation =
  | { readonly isDone: true; readonly verdict: Verdict }
  /** The next look follows after `nextLook` fresh rounds; `finding` covers those made so far. */
  | { readonly isDone: false; readonly nextLook: number; readonly finding: Finding | null }

/**
 * Judges a suspect by fresh rounds alone, because the rounds that raised the suspicion are biased towards
 * it. The first look that confirms the change, or excludes a change of the pass limit, decides.
 *
 * @param fresh the rounds after those that raised the suspicion, in order.
 */
export function confirm(
  suspect: Suspect,
  plan: GatePlan,
  fresh: readonly GateRound[],
): Confirmation {
  const { comparison, direction } = suspect
  let finding: Finding | null = null
  for (const look of plan.confirmation) {
    const paired = pairsOf(comparison, fresh.slice(0, look.rounds))
    finding = findingIn(paired, questionOf(comparison, plan, look))
    if (look.rounds > fresh.length) return { isDone: false, nextLook: look.rounds, finding }
    const verdict = finding && verdictAt(suspect, finding, isPatchy(paired))
    if (verdict !== null) return { isDone: true, verdict }
  }
  const evidence = finding?.evidence ?? suspect.finding.evidence
  const why = { kind: 'not confirmed', direction } as const
  return { isDone: true, verdict: { kind: 'inconclusive', why, evidence } }
}

/** The verdict without enough fresh rounds. A suspected improvement may at least exclude a regression. */
export function leaveUnconfirmed({ direction, finding }: Suspect): Verdict {
  const { evidence, isPass } = finding
  if (direction === 'improvement' && isPass) return { kind: 'pass', evidence }
  return { kind: 'inconclusive', why: { kind: 'confirmation missing', direction }, evidence }
}

/** `null` if these rounds don't decide. */
function verdictAt(
  { direction, finding: screening }: Suspect,
  { change, isPass, evidence }: Finding,
  isLookPatchy: boolean,
): Verdict | null {
  const isSolid = direction === 'regression' || !isLookPatchy
  if (change === direction && isSolid) {
    return { kind: direction, evidence, screening: screening.evidence }
  }
  return isPass && !isLookPatchy ? { kind: 'pass', evidence } : null
}
