import { counted, formatCount } from '../../format.ts'
import { labelOf, neededRequests, type Comparison } from '../decision/metric.ts'
import { effectOf, type GatePlan } from '../decision/plan.ts'
import type { GateRound, Reading } from '../decision/round.ts'

/** A comparison for which a round has too few requests. */
export interface Refusal {
  readonly comparison: Comparison
  readonly needed: number
  /** Requests in the round. */
  readonly requests: number
}

/**
 * Describes which comparisons a gate will judge, and which it refuses because a round has too few requests,
 * with the number needed and the `--duration` that provides it.
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
    `comparisons: ${count}; refused because a round has too few requests: ${refused.length || 'none'}`,
    ...describeRefusals(refused, durationMs).map((line) => `  ${line}`),
  ].join('\n')
}

/** One line per operation: `send › send has 800 requests per round; needed: service p95 2,000 (--duration 10s)`. */
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
      return `${labelOf(refusal.comparison.metric)} ${formatCount(refusal.needed)}${advice}`
    })
    return `${name} has ${counted(requests, 'request')} per round; needed: ${needs.join(', ')}`
  })
}

/** Requests or receipts of the baseline, or of the candidate if the baseline has no reading. */
function requestsOf({ baseline, candidate }: GateRound, { id }: Comparison): number | null {
  return [baseline[id], candidate[id]].flatMap(countOf)[0] ?? null
}

function countOf(reading: Reading | undefined): readonly number[] {
  if (reading?.kind === 'time') return [reading.requests]
  return reading?.kind === 'share' ? [reading.of] : []
}
