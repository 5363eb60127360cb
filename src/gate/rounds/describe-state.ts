import { effectOf, type GatePlan } from '../decision/plan.ts'
import type { GateSession, GateState, Standing } from '../decision/session.ts'
import { change, clock, interval } from '../report/figures.ts'

/** The remaining time. */
export interface TimeLeft {
  readonly leftMs: number
  /** The number of rounds that fit into it. */
  readonly rounds: number
}

/** A gate's state after some rounds, in one line. */
export function describeState(
  { plan, rounds: made }: GateSession,
  { rounds: wanted, standings }: Extract<GateState, { kind: 'rounds wanted' }>,
  { leftMs, rounds }: TimeLeft,
): string {
  const confirming = standings.filter(({ state }) => state.startsWith('suspected')).length
  const worst = worstOf(plan, standings)
  return [
    `round ${made.length}, next look at ${made.length + wanted}`,
    confirming === 0 ? null : `confirming ${confirming}`,
    worst === null ? null : `worst: ${describeStanding(worst)}`,
    `${rounds} more possible`,
    `${clock(leftMs)} left`,
  ]
    .filter((part) => part !== null)
    .join('   ')
}

function describeStanding({ comparison, evidence }: Standing): string {
  if (evidence === null) return comparison.id
  return `${comparison.id} ${change(evidence.estimate, evidence)} (${interval(evidence)})`
}

/** The undecided or suspected comparison that is worse by the largest multiple of its smallest change. */
function worstOf(plan: GatePlan, standings: readonly Standing[]): Standing | null {
  const open = standings.filter(({ state }) => state !== 'decided')
  const size = ({ comparison, evidence }: Standing) =>
    evidence === null ? -Infinity : evidence.estimate / effectOf(plan, comparison.metric)
  return open.toSorted((a, b) => size(b) - size(a))[0] ?? null
}
