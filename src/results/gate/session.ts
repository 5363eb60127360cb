import type { Comparison } from './metric.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import type { Evidence, GateVerdict, JudgedComparison } from './verdict.ts'

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
  /** Of all rounds so far; null before there is a usable one. */
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
 * A round more: a fresh one for the candidates if that is what the gate wants.
 * @throws TypeError if it wants none.
 */
export function addRound(session: GateSession, round: GateRound): GateSession {
  const state = judgeGate(session)
  if (state.kind === 'decided') throw new TypeError('The gate is decided: it takes no more rounds.')
  return state.kind === 'rounds wanted'
    ? { ...session, rounds: [...session.rounds, round] }
    : { ...session, confirmation: [...session.confirmation, round] }
}

/** No more rounds can be made: whatever is undecided is inconclusive. */
export function spendBudget(session: GateSession): GateSession {
  return { ...session, isBudgetSpent: true }
}

/** What a gate wants next, or says: a pure function of its rounds. */
export function judgeGate(_session: GateSession): GateState {
  throw new TypeError('Not there yet.')
}
