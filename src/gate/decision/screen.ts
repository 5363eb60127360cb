import { findingOf, type Finding, type Question } from './evidence.ts'
import { neededRequests, type Comparison } from './metric.ts'
import { pairsOf, type Paired } from './round-pairs.ts'
import { effectOf, PASS_LIMIT_EFFECTS, type GatePlan, type Look } from './plan.ts'
import type { GateRound } from './round.ts'
import type { Direction, Verdict } from './verdict.ts'

/** The result of a comparison's looks so far. */
export type Screening =
  | {
      readonly state: 'undecided'
      readonly finding: Finding | null
      readonly paired: Paired
      /** The number of rounds at the next look; `null` after the last. */
      readonly nextLook: number | null
    }
  | { readonly state: 'pass'; readonly finding: Finding }
  | {
      readonly state: 'suspect'
      readonly finding: Finding
      readonly direction: Direction
      /** The number of rounds by which it became one. */
      readonly since: number
    }
  | { readonly state: 'out'; readonly verdict: Extract<Verdict, { kind: Out }> }

type Out = 'refused' | 'not comparable'

/** With a larger ratio of unusable rounds, the others can't show that all is well. */
const MAX_UNUSABLE = 0.1

/**
 * Applies the plan's looks. The first look that decides is final, whatever later rounds show. A look that
 * shows both a change and a pass (7 %, tightly bounded) counts as a change.
 */
export function screen(
  comparison: Comparison,
  plan: GatePlan,
  rounds: readonly GateRound[],
): Screening {
  let seen: Seen = { finding: null, paired: pairsOf(comparison, []) }
  for (const look of plan.looks) {
    const paired = pairsOf(comparison, rounds.slice(0, look.rounds))
    const verdict = findOut(comparison, plan, paired)
    if (verdict !== null) return { state: 'out', verdict }
    const finding = findingIn(paired, questionOf(comparison, plan, look))
    seen = { finding, paired }
    if (look.rounds > rounds.length) return { state: 'undecided', ...seen, nextLook: look.rounds }
    const decided = decide(seen, look)
    if (decided !== null) return decided
  }
  return { state: 'undecided', ...seen, nextLook: null }
}

/** The question of one look at a comparison. */
export function questionOf({ metric }: Comparison, plan: GatePlan, { alpha }: Look): Question {
  const effect = effectOf(plan, metric)
  return { effect, limit: effect * PASS_LIMIT_EFFECTS, alpha }
}

/** Whether too many rounds are unusable for a pass. */
export function isPatchy({ rounds, unusable }: Paired): boolean {
  return unusable !== null && unusable.count > MAX_UNUSABLE * rounds
}

/** The finding of the usable rounds; `null` without any. */
export function findingIn(paired: Paired, question: Question): Finding | null {
  const [first, ...others] = paired.pairs
  return first === undefined ? null : findingOf([first, ...others], question)
}

interface Seen {
  readonly finding: Finding | null
  readonly paired: Paired
}

function findOut(
  { metric }: Comparison,
  plan: GatePlan,
  { absent, requests }: Paired,
): Extract<Verdict, { kind: Out }> | null {
  if (absent !== null) return { kind: 'not comparable', why: absent }
  const needed = neededRequests(metric, effectOf(plan, metric))
  return requests !== null && requests < needed ? { kind: 'refused', requests, needed } : null
}

function decide({ finding, paired }: Seen, { rounds: since }: Look): Screening | null {
  if (finding === null) return null
  const { change: direction, isPass } = finding
  // A regression counts even if few rounds are usable: the worse a version, the fewer are.
  if (direction === 'regression') return { state: 'suspect', finding, direction, since }
  if (isPatchy(paired)) return null
  if (direction === 'improvement') return { state: 'suspect', finding, direction, since }
  return isPass ? { state: 'pass', finding } : null
}
