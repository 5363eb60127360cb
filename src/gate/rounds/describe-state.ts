import { effectOf, type GatePlan } from '../decision/plan.ts'
import type { GateSession, GateState, Standing } from '../decision/session.ts'
import { change, clock, interval } from '../report/figures.ts'

/** What is known of the time there is. */
export interface TimeLeft {
  readonly leftMs: number
  /** Rounds that fit into it. */
  readonly rounds: number
}

/** How a gate stands after some rounds, in a line. */
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

/** Where most is at stake: what is undecided or suspected, by how many smallest changes it is worse. */
function worstOf(plan: GatePlan, standings: readonly Standing[]): Standing | null {
  const open = standings.filter(({ state }) => state !== 'decided')
  const size = ({ comparison, evidence }: Standing) =>
    evidence === null ? -Infinity : evidence.estimate / effectOf(plan, comparison.metric)
  return open.toSorted((a, b) => size(b) - size(a))[0] ?? null
}
