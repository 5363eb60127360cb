import { labelOf, neededRequests, type Comparison } from '../decision/metric.ts'
import { effectOf, type GatePlan } from '../decision/plan.ts'
import type { GateRound, Reading } from '../decision/round.ts'

/** A comparison that a round has too few requests for. */
export interface Refusal {
  readonly comparison: Comparison
  readonly needed: number
  /** Those that there are. */
  readonly requests: number
}

/**
 * What a gate is going to decide upon, and what it can't for want of requests: how many would be
 * needed, and how long a round's measurement would have to be for that.
 * @param round the first one.
 */
export function describeComparisons(plan: GatePlan, round: GateRound, durationMs: number): string {
  const refused = plan.comparisons.flatMap((comparison): readonly Refusal[] => {
    const needed = neededRequests(comparison.metric, effectOf(plan, comparison.metric))
    const requests = requestsOf(round, comparison)
    return requests === null || requests >= needed ? [] : [{ comparison, needed, requests }]
  })
  const count = plan.comparisons.length - refused.length
  return [
    `comparisons: ${count}; refused for want of requests: ${refused.length || 'none'}`,
    ...describeRefusals(refused, durationMs).map((line) => `  ${line}`),
  ].join('\n')
}

/** A line for each operation: `register: p95 needs 2000 a round (--duration 10s)`. */
export function describeRefusals(
  refused: readonly Refusal[],
  durationMs: number,
): readonly string[] {
  const byOperation = Map.groupBy(
    refused,
    ({ comparison: { scenario, operation } }) => `${scenario} › ${operation ?? 'all'}`,
  )
  return [...byOperation].map(([name, refusals]) => {
    const requests = Math.max(...refusals.map((refusal) => refusal.requests))
    const needs = refusals.map((refusal) => {
      const seconds = Math.ceil((durationMs * refusal.needed) / refusal.requests / 1_000)
      const advice = Number.isFinite(seconds) ? ` (--duration ${seconds}s)` : ''
      return `${labelOf(refusal.comparison.metric)} ${refusal.needed}${advice}`
    })
    return `${name} has ${requests} requests a round; needed are, for ${needs.join(', ')}`
  })
}

/** Requests, or receipts, of the baseline; of the candidate if nothing is known of those. */
function requestsOf({ baseline, candidate }: GateRound, { id }: Comparison): number | null {
  return [baseline[id], candidate[id]].flatMap(countOf)[0] ?? null
}

function countOf(reading: Reading | undefined): readonly number[] {
  if (reading?.kind === 'time') return [reading.requests]
  return reading?.kind === 'share' ? [reading.of] : []
}
