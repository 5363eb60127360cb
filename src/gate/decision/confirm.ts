import type { Finding } from './evidence.ts'
import type { Comparison } from './metric.ts'
import { pairsOf } from './round-pairs.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { findingIn, isPatchy, questionOf } from './screen.ts'
import type { Direction, Verdict } from './verdict.ts'

/** A change that stood out at a look. */
export interface Candidate {
  readonly comparison: Comparison
  readonly direction: Direction
  readonly finding: Finding
}

/** What fresh rounds say of a candidate. */
export type Confirmation =
  | { readonly isDone: true; readonly verdict: Verdict }
  /** After `nextLook` fresh rounds, it is looked again; `finding` is of those there are. */
  | { readonly isDone: false; readonly nextLook: number; readonly finding: Finding | null }

/**
 * Judges a candidate by fresh rounds alone, because those that made it one flatter it: the first look
 * that confirms it, or excludes a change of the pass limit, decides.
 *
 * @param fresh the rounds after those that made it a candidate, in their order.
 */
export function confirm(
  candidate: Candidate,
  plan: GatePlan,
  fresh: readonly GateRound[],
): Confirmation {
  const { comparison, direction } = candidate
  let finding: Finding | null = null
  for (const look of plan.confirmation) {
    const paired = pairsOf(comparison, fresh.slice(0, look.rounds))
    finding = findingIn(paired, questionOf(comparison, plan, look))
    if (look.rounds > fresh.length) return { isDone: false, nextLook: look.rounds, finding }
    const verdict = finding && verdictAt(candidate, finding, isPatchy(paired))
    if (verdict !== null) return { isDone: true, verdict }
  }
  const evidence = finding?.evidence ?? candidate.finding.evidence
  const why = { kind: 'not confirmed', direction } as const
  return { isDone: true, verdict: { kind: 'inconclusive', why, evidence } }
}

/** What becomes of a candidate without enough fresh rounds: an improvement is no regression, at least. */
export function leaveUnconfirmed({ direction, finding }: Candidate): Verdict {
  const { evidence, isPass } = finding
  if (direction === 'improvement' && isPass) return { kind: 'pass', evidence }
  return { kind: 'inconclusive', why: { kind: 'confirmation missing', direction }, evidence }
}

/** `null`: these rounds decide nothing. */
function verdictAt(
  { direction, finding: screening }: Candidate,
  { change, isPass, evidence }: Finding,
  isLookPatchy: boolean,
): Verdict | null {
  const isSolid = direction === 'regression' || !isLookPatchy
  if (change === direction && isSolid) {
    return { kind: direction, evidence, screening: screening.evidence }
  }
  return isPass && !isLookPatchy ? { kind: 'pass', evidence } : null
}
