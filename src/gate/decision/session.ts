import { detectableChange } from './detectable-change.ts'
import type { Comparison } from './metric.ts'
import { effectOf, type GatePlan } from './plan.ts'
import { progressOf, type Progress } from './progress.ts'
import type { GateRound } from './round.ts'
import { lastFlaw } from './round-pairs.ts'
import { sumUp } from './sum-up.ts'
import type { Evidence, GateVerdict, JudgedComparison, Verdict } from './verdict.ts'

/** A gate as far as it has come: all that its state follows from. Plain data, fit for JSON. */
export interface GateSession {
  readonly plan: GatePlan
  /** In the order in which they were made. */
  readonly rounds: readonly GateRound[]
  /** There is no time for more rounds. */
  readonly isBudgetSpent: boolean
}

/** How a comparison stands while rounds are made. */
export interface Standing {
  readonly comparison: Comparison
  readonly state: Progress['state']
  /** Of the rounds by which it was decided, or else of those so far; null before there is a usable one. */
  readonly evidence: Evidence | null
}

/** What a gate wants next, or says. */
export type GateState =
  | {
      readonly kind: 'rounds wanted'
      /** Until the next look at any comparison. */
      readonly rounds: number
      /** What they are for; the others need not be measured. */
      readonly comparisons: readonly Comparison[]
      readonly standings: readonly Standing[]
    }
  | {
      readonly kind: 'decided'
      readonly comparisons: readonly JudgedComparison[]
      readonly verdict: GateVerdict
    }

/** A gate that has seen nothing yet. */
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

/** No more rounds can be made: whatever is undecided is inconclusive. */
export function spendBudget(session: GateSession): GateSession {
  return { ...session, isBudgetSpent: true }
}

/**
 * What a gate wants next, or says: a pure function of its rounds. Each comparison has its own looks,
 * and is measured until it is decided. The first confirmed regression ends the gate: what is still
 * open can't change what it says. So does a gate that has nothing to judge.
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

/** Whether it is what rounds are made for, and they can show something of it. */
function isJudgeable({ comparison, progress }: Followed): boolean {
  const { kind } = verdictOf(progress)
  return comparison.metric.kind !== 'validity' && kind !== 'refused' && kind !== 'not comparable'
}

/** As it is, or would be if the gate ended here. */
function verdictOf(progress: Progress): Verdict {
  return progress.state === 'decided' ? progress.verdict : progress.ifEnded
}

function evidenceOf(verdict: Verdict): Evidence | null {
  return 'evidence' in verdict ? verdict.evidence : null
}

/** By all rounds that there could be; by those there were if there was no time for more. */
function detectableBy(
  { plan, rounds, isBudgetSpent }: GateSession,
  { metric }: Comparison,
  verdict: Verdict,
): number | null {
  const evidence = evidenceOf(verdict)
  if (evidence === null || metric.kind === 'validity') return null
  const mostRounds = isBudgetSpent ? rounds.length : Infinity
  return detectableChange(evidence, effectOf(plan, metric), plan, mostRounds)
}
