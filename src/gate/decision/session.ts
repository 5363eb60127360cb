import { detectableChange } from './detectable-change.ts'
import type { Comparison } from './metric.ts'
import { effectOf, type GatePlan } from './plan.ts'
import { progressOf, type Progress } from './progress.ts'
import type { GateRound } from './round.ts'
import { lastFlaw } from './round-pairs.ts'
import { sumUp } from './sum-up.ts'
import type { Evidence, GateVerdict, JudgedComparison, Verdict } from './verdict.ts'

/** The data from which a gate's state follows. Serialisable as JSON. */
export interface GateSession {
  readonly plan: GatePlan
  /** In chronological order. */
  readonly rounds: readonly GateRound[]
  /** No time remains for more rounds. */
  readonly isBudgetSpent: boolean
}

/** The standing of a comparison while rounds are made. */
export interface Standing {
  readonly comparison: Comparison
  readonly state: Progress['state']
  /** From the deciding rounds, or those so far; `null` before the first usable round. */
  readonly evidence: Evidence | null
}

/** The next rounds that a gate wants, or its decision. */
export type GateState =
  | {
      readonly kind: 'rounds wanted'
      /** The number of rounds until the next look at any comparison. */
      readonly rounds: number
      /** The undecided comparisons; others need not be measured. */
      readonly comparisons: readonly Comparison[]
      readonly standings: readonly Standing[]
    }
  | {
      readonly kind: 'decided'
      readonly comparisons: readonly JudgedComparison[]
      readonly verdict: GateVerdict
    }

/** Begins a gate, without rounds. */
export function openGate(plan: GatePlan): GateSession {
  return { plan, rounds: [], isBudgetSpent: false }
}

/**
 * Adds rounds.
 * @throws TypeError if the gate wants fewer.
 */
export function addRounds(session: GateSession, rounds: readonly GateRound[]): GateSession {
  const state = judgeGate(session)
  const wanted = state.kind === 'decided' ? 0 : state.rounds
  if (rounds.length > wanted) {
    throw new TypeError(`The gate wants ${wanted} rounds, not ${rounds.length}.`)
  }
  return { ...session, rounds: [...session.rounds, ...rounds] }
}

/**
 * Adds one round.
 * @throws TypeError if the gate wants none.
 */
export function addRound(session: GateSession, round: GateRound): GateSession {
  return addRounds(session, [round])
}

/** Ends the budget: every undecided comparison becomes inconclusive. */
export function spendBudget(session: GateSession): GateSession {
  return { ...session, isBudgetSpent: true }
}

/**
 * The state of a gate, as a pure function of its rounds. Each comparison has its own looks and is measured
 * until it is decided. The first confirmed regression ends the gate, because open comparisons can't change
 * its verdict. A gate with nothing left to judge ends as well.
 */
export function judgeGate(session: GateSession): GateState {
  const { plan, rounds, isBudgetSpent } = session
  const all = plan.comparisons.map((comparison) => ({
    comparison,
    progress: progressOf(comparison, plan, rounds),
  }))
  const open = all.flatMap(({ comparison, progress }) =>
    progress.state === 'decided' ? [] : [{ comparison, nextLook: progress.nextLook }],
  )
  const isFailed = all.some(({ progress }) => verdictOf(progress).kind === 'regression')
  const isOver = isFailed || isBudgetSpent || !all.some(isJudgeable)
  if (open.length > 0 && !isOver) {
    return {
      kind: 'rounds wanted',
      rounds: Math.min(...open.map(({ nextLook }) => nextLook)) - rounds.length,
      comparisons: open.map(({ comparison }) => comparison),
      standings: all.map(standingOf),
    }
  }
  const comparisons = all.map(({ comparison, progress }) => {
    const verdict = verdictOf(progress)
    return {
      comparison,
      verdict,
      detectable: detectableBy(session, comparison, verdict),
      flaw: lastFlaw(comparison, rounds),
    }
  })
  return { kind: 'decided', comparisons, verdict: sumUp(comparisons, plan) }
}

interface Followed {
  readonly comparison: Comparison
  readonly progress: Progress
}

function standingOf({ comparison, progress }: Followed): Standing {
  const { state } = progress
  if (state !== 'decided') return { comparison, state, evidence: progress.evidence }
  return { comparison, state, evidence: evidenceOf(progress.verdict) }
}

/** Whether rounds are made for a comparison and can still judge it. */
function isJudgeable({ comparison, progress }: Followed): boolean {
  const { kind } = verdictOf(progress)
  return comparison.metric.kind !== 'validity' && kind !== 'refused' && kind !== 'not comparable'
}

/** The verdict, or the verdict if the gate ended now. */
function verdictOf(progress: Progress): Verdict {
  return progress.state === 'decided' ? progress.verdict : progress.ifEnded
}

function evidenceOf(verdict: Verdict): Evidence | null {
  return 'evidence' in verdict ? verdict.evidence : null
}

/** With all possible rounds, or with those made if the budget is spent. */
function detectableBy(
  { plan, rounds, isBudgetSpent }: GateSession,
  { metric }: Comparison,
  verdict: Verdict,
): number | null {
  const evidence = evidenceOf(verdict)
  if (evidence === null || metric.kind === 'validity') return null
  const maxRounds = isBudgetSpent ? rounds.length : Infinity
  return detectableChange(evidence, effectOf(plan, metric), plan, maxRounds)
}
