import type { Comparison } from './metric.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { confirm, leaveUnconfirmed } from './confirm.ts'
import { isPatchy, screen, type Screening } from './screen.ts'
import { sumUp } from './sum-up.ts'
import type { Evidence, GateVerdict, JudgedComparison, Verdict } from './verdict.ts'

/** A gate as far as it has come: all that its state follows from. Plain data, fit for JSON. */
export interface GateSession {
  readonly plan: GatePlan
  /** In the order in which they were made. */
  readonly rounds: readonly GateRound[]
  /** Fresh rounds, made after those for the candidates. */
  readonly confirmation: readonly GateRound[]
  /** There is no time for more rounds. */
  readonly isBudgetSpent: boolean
}

/** How a comparison stands while rounds are made. */
export interface Standing {
  readonly comparison: Comparison
  readonly state: 'undecided' | 'pass' | 'regression candidate' | 'improvement candidate' | 'out'
  /** Of the rounds by which it was decided, or else of all so far; null before there is a usable one. */
  readonly evidence: Evidence | null
}

/** What a gate wants next, or says. */
export type GateState =
  | {
      readonly kind: 'rounds wanted'
      /** Until the next look. */
      readonly rounds: number
      /** Until the last look. */
      readonly mostRounds: number
      readonly standings: readonly Standing[]
    }
  | {
      readonly kind: 'confirmation wanted'
      /** Fresh rounds that are still missing. */
      readonly rounds: number
      /** What they are for; the others need not be measured. */
      readonly candidates: readonly Comparison[]
      readonly standings: readonly Standing[]
    }
  | {
      readonly kind: 'decided'
      readonly comparisons: readonly JudgedComparison[]
      readonly verdict: GateVerdict
    }

/** A gate that has seen nothing yet. */
export function openGate(plan: GatePlan): GateSession {
  return { plan, rounds: [], confirmation: [], isBudgetSpent: false }
}

/**
 * Rounds more: fresh ones for the candidates if that is what the gate wants.
 * @throws TypeError if it wants none, or not so many.
 */
export function addRounds(session: GateSession, rounds: readonly GateRound[]): GateSession {
  const state = judgeGate(session)
  const wanted = state.kind === 'decided' ? 0 : state.rounds
  if (rounds.length > wanted) {
    throw new TypeError(`The gate wants ${wanted} rounds, not ${rounds.length}.`)
  }
  return state.kind === 'rounds wanted'
    ? { ...session, rounds: [...session.rounds, ...rounds] }
    : { ...session, confirmation: [...session.confirmation, ...rounds] }
}

/**
 * One round more, of which `addRounds` takes several.
 * @throws TypeError if the gate wants none.
 */
export function addRound(session: GateSession, round: GateRound): GateSession {
  return addRounds(session, [round])
}

/** No more rounds can be made: whatever is undecided is inconclusive. */
export function spendBudget(session: GateSession): GateSession {
  return { ...session, isBudgetSpent: true }
}

/**
 * What a gate wants next, or says: a pure function of its rounds. It goes on until each comparison
 * is decided or a candidate, and measures all of them in each round: those that are decided stay so.
 */
export function judgeGate(session: GateSession): GateState {
  const { plan, rounds, confirmation, isBudgetSpent } = session
  const screened = plan.comparisons.map((comparison) => ({
    comparison,
    screening: screen(comparison, plan, rounds),
  }))
  const lastLook = plan.looks.at(-1) ?? 0
  const isOpen = screened.some(({ screening }) => screening.state === 'undecided')
  if (isOpen && rounds.length < lastLook && !isBudgetSpent) {
    const nextLook = plan.looks.find((look) => look > rounds.length) ?? lastLook
    return {
      kind: 'rounds wanted',
      rounds: nextLook - rounds.length,
      mostRounds: lastLook - rounds.length,
      standings: screened.map(standingOf),
    }
  }
  const candidates = screened.flatMap(({ comparison, screening }) =>
    screening.state === 'candidate' ? [{ comparison, ...screening }] : [],
  )
  const missing = plan.confirmation.rounds - confirmation.length
  if (candidates.length > 0 && missing > 0 && !isBudgetSpent) {
    return {
      kind: 'confirmation wanted',
      rounds: missing,
      candidates: candidates.map(({ comparison }) => comparison),
      standings: screened.map(standingOf),
    }
  }
  const verdicts =
    missing > 0 ? candidates.map(leaveUnconfirmed) : confirm(candidates, plan, confirmation)
  const ofCandidates = new Map(candidates.map(({ comparison }, i) => [comparison, verdicts[i]]))
  const isAllMade = rounds.length >= lastLook
  const comparisons = screened.map(({ comparison, screening }) => ({
    comparison,
    verdict: ofCandidates.get(comparison) ?? verdictOf(screening, isAllMade),
  }))
  return { kind: 'decided', comparisons, verdict: sumUp(comparisons) }
}

interface Screened {
  readonly comparison: Comparison
  readonly screening: Screening
}

function standingOf({ comparison, screening }: Screened): Standing {
  if (screening.state === 'out') return { comparison, state: 'out', evidence: null }
  const evidence = screening.finding?.evidence ?? null
  if (screening.state !== 'candidate') return { comparison, state: screening.state, evidence }
  return { comparison, state: `${screening.change} candidate`, evidence }
}

/** Of a comparison that is no candidate. */
function verdictOf(screening: Screening, isAllMade: boolean): Verdict {
  if (screening.state === 'out') return screening.verdict
  const evidence = screening.finding?.evidence ?? null
  if (screening.state === 'pass') return { kind: 'pass', evidence: screening.finding.evidence }
  const paired = screening.state === 'undecided' ? screening.paired : null
  const unusable = paired !== null && isPatchy(paired) ? paired.unusable : null
  if (unusable !== null) {
    return { kind: 'inconclusive', why: { kind: 'unusable rounds', ...unusable }, evidence }
  }
  return { kind: 'inconclusive', why: { kind: isAllMade ? 'noise' : 'budget' }, evidence }
}
