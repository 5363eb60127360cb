import { findingOf, type Finding, type Question } from './evidence.ts'
import { neededRequests, type Comparison } from './metric.ts'
import { pairsOf, type Paired } from './round-pairs.ts'
import { effectOf, PASS_LIMIT_EFFECTS, type GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import type { Verdict } from './verdict.ts'

/** What rounds say of one comparison by their looks. */
export type Screening =
  | { readonly state: 'undecided'; readonly finding: Finding | null; readonly paired: Paired }
  | { readonly state: 'pass'; readonly finding: Finding }
  | { readonly state: 'candidate'; readonly finding: Finding; readonly change: Change }
  | { readonly state: 'out'; readonly verdict: Extract<Verdict, { kind: Out }> }

type Out = 'refused' | 'not comparable'
export type Change = 'regression' | 'improvement'

/** More unusable rounds than this share, and what is left of them is no evidence that all is well. */
const MOST_UNUSABLE = 0.1

/**
 * Looks at the rounds after 7, 10, 15 and 20 of them: the first look that decides does so for good,
 * whatever later rounds show. A look that shows both a change and a pass (7 %, closely bounded)
 * shows a change.
 */
export function screen(
  comparison: Comparison,
  plan: GatePlan,
  rounds: readonly GateRound[],
): Screening {
  for (const look of plan.looks) {
    if (look > rounds.length) break
    const screening = lookAt(comparison, plan, rounds.slice(0, look))
    if (screening.state !== 'undecided') return screening
  }
  const all = lookAt(comparison, plan, rounds)
  if (all.state === 'undecided' || all.state === 'out') return all
  return {
    state: 'undecided',
    finding: all.finding,
    paired: pairsOf(comparison, rounds),
  }
}

/** What a look asks of a comparison's rounds. */
export function questionOf(comparison: Comparison, plan: GatePlan, alpha: number): Question {
  const effect = effectOf(plan, comparison.metric)
  // The interval's ends are as sure as the looks are.
  return { effect, limit: effect * PASS_LIMIT_EFFECTS, alpha, confidence: 1 - 2 * plan.alpha }
}

/** Whether so many rounds are missing that those that are there can't show that all is well. */
export function isPatchy({ pairs, unusable }: Paired): boolean {
  const missing = unusable?.count ?? 0
  return missing > MOST_UNUSABLE * (pairs.length + missing)
}

/** What rounds show, if there are any that can be used. */
export function findingIn(paired: Paired, question: Question): Finding | null {
  const [first, ...others] = paired.pairs
  return first === undefined ? null : findingOf([first, ...others], question)
}

function lookAt(comparison: Comparison, plan: GatePlan, rounds: readonly GateRound[]): Screening {
  const paired = pairsOf(comparison, rounds)
  const { absent, requests } = paired
  if (absent !== null) return { state: 'out', verdict: { kind: 'not comparable', why: absent } }
  const needed = neededRequests(comparison.metric, effectOf(plan, comparison.metric))
  if (requests !== null && requests < needed) {
    return { state: 'out', verdict: { kind: 'refused', requests, needed } }
  }
  const finding = findingIn(paired, questionOf(comparison, plan, plan.alpha))
  if (finding === null) return { state: 'undecided', finding, paired }
  const { change, isPass } = finding
  if (change === 'regression') return { state: 'candidate', finding, change }
  if (isPatchy(paired)) return { state: 'undecided', finding, paired }
  if (change === 'improvement') return { state: 'candidate', finding, change }
  return isPass ? { state: 'pass', finding } : { state: 'undecided', finding, paired }
}
