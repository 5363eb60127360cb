import { findingOf, type Finding, type Question } from './evidence.ts'
import { neededRequests, type Comparison } from './metric.ts'
import { pairsOf, type Paired } from './round-pairs.ts'
import { effectOf, PASS_LIMIT_EFFECTS, type GatePlan, type Look } from './plan.ts'
import type { GateRound } from './round.ts'
import type { Direction, Verdict } from './verdict.ts'

/** What rounds say of one comparison by their looks. */
export type Screening =
  | {
      readonly state: 'undecided'
      readonly finding: Finding | null
      readonly paired: Paired
      /** After how many rounds it is looked again; null: never. */
      readonly nextLook: number | null
    }
  | { readonly state: 'pass'; readonly finding: Finding }
  | {
      readonly state: 'suspect'
      readonly finding: Finding
      readonly direction: Direction
      /** After how many rounds it became one. */
      readonly since: number
    }
  | { readonly state: 'out'; readonly verdict: Extract<Verdict, { kind: Out }> }

type Out = 'refused' | 'not comparable'

/** With a larger share of unusable rounds, the others are no evidence that all is well. */
const MAX_UNUSABLE = 0.1

/**
 * Looks at the rounds as the plan says: the first look that decides does so for good, whatever later
 * rounds show. A look that shows both a change and a pass (7 %, closely bounded) shows a change.
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

/** What a look asks of a comparison's rounds. */
export function questionOf({ metric }: Comparison, plan: GatePlan, { alpha }: Look): Question {
  const effect = effectOf(plan, metric)
  return { effect, limit: effect * PASS_LIMIT_EFFECTS, alpha }
}

/** Whether too many rounds are unusable for the others to show that all is well. */
export function isPatchy({ rounds, unusable }: Paired): boolean {
  return unusable !== null && unusable.count > MAX_UNUSABLE * rounds
}

/** What rounds show, if there are any that can be used. */
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
  // Few as they may be: the worse a version, the fewer of its rounds can be used.
  if (direction === 'regression') return { state: 'suspect', finding, direction, since }
  if (isPatchy(paired)) return null
  if (direction === 'improvement') return { state: 'suspect', finding, direction, since }
  return isPass ? { state: 'pass', finding } : null
}
