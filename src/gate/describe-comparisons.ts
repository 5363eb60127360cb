import { labelOf, neededRequests, type Comparison } from '../results/gate/metric.ts'
import { effectOf, type GatePlan } from '../results/gate/plan.ts'
import type { GateRound, Reading } from '../results/gate/round.ts'

/**
 * What a gate is going to decide upon, and what it can't for want of requests: how many would be
 * needed, and how long a round's measurement would have to be for that.
 * @param round the first one.
 */
export function describeComparisons(plan: GatePlan, round: GateRound, durationMs: number): string {
  const refused = plan.comparisons.flatMap((comparison) => {
    const needed = neededRequests(comparison.metric, effectOf(plan, comparison.metric))
    const requests = requestsOf(round, comparison)
    return requests === null || requests >= needed ? [] : [{ comparison, needed, requests }]
  })
  const count = plan.comparisons.length - refused.length
  const lines = refused.map(({ comparison, needed, requests }) => {
    const { id, metric } = comparison
    const seconds = Math.ceil((durationMs * needed) / requests / 1_000)
    const advice = requests === 0 ? '' : `; --duration ${seconds}s would have them`
    return `  refused: ${id}: ${labelOf(metric)} needs ${needed} a round, and there are ${requests}${advice}`
  })
  return [`${count} comparisons`, ...lines].join('\n')
}

/** Requests, or receipts, of the arm that has fewer; `null` if nothing is known of them. */
function requestsOf({ baseline, candidate }: GateRound, { id }: Comparison): number | null {
  const counts = [baseline[id], candidate[id]].flatMap(countOf)
  return counts.length === 0 ? null : Math.min(...counts)
}

function countOf(reading: Reading | undefined): readonly number[] {
  if (reading?.kind === 'time') return [reading.requests]
  return reading?.kind === 'share' ? [reading.of] : []
}
