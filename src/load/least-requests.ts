import { formatCount } from '../format.ts'
import { InputError } from '../input-error.ts'
import { rowOf } from './slo/bound-row.ts'
import type { Bound } from './slo/slo.ts'

/** The number of requests that a probe needs, and the bound that needs them. */
export interface LeastRequests {
  readonly requests: number
  /** e.g. `multicast response P95`; `null` if no bound asks for more than any probe has. */
  readonly because: string | null
}

/** Fewer say nothing, whatever the SLO. */
export const ANY_PROBE: LeastRequests = { requests: 100, because: null }

/** A percentile with fewer slower requests than this is an accident. */
const REQUESTS_BEYOND = 10
/**
 * The rule of three: if none of 3 / p requests failed, at most a ratio p of all fails, with 95 %
 * confidence (Hanley and Lippman-Hand, 1983).
 */
const RULE_OF_THREE = 3
/** The limit for "no errors", which no number of requests proves. */
const MIN_RATIO = 0.001

/**
 * How many requests it takes until every bound of an SLO can be judged: 1,000 for a P99, 300 for a
 * success rate above 99 %, of the operation that the bound is on. A bound on every window needs them
 * in all windows together, because a longer load has no more requests per window.
 * @param planned requests by operation in some load of the workload, from which their proportions
 *   are taken.
 */
export function leastRequests(
  bounds: readonly Bound[],
  planned: ReadonlyMap<string, number>,
): LeastRequests {
  const total = [...planned.values()].reduce((sum, count) => sum + count, 0) || 1
  let least = ANY_PROBE
  for (const bound of bounds) {
    const { operation } = bound
    const ratio = operation === null ? 1 : Math.max(planned.get(operation) ?? 0, 1) / total
    const requests = Math.ceil(requestsFor(bound) / ratio)
    if (requests <= least.requests) continue
    const row = rowOf(bound, [...planned.keys()])
    least = { requests, because: `${row.operation} ${row.metric}` }
  }
  return least
}

function requestsFor(bound: Bound): number {
  switch (bound.kind) {
    case 'time':
    case 'tag time': {
      const beyond = 1 - bound.percentile.value / 100
      // The maximum is of the requests there were, however many.
      return beyond === 0 ? 0 : rounded(REQUESTS_BEYOND / beyond)
    }
    case 'success rate':
    case 'delivery rate':
    case 'tag success rate':
      return rounded(RULE_OF_THREE / Math.max(1 - bound.above, MIN_RATIO))
    case 'check rate':
      return rounded(RULE_OF_THREE / Math.max(1 - bound.atLeast, MIN_RATIO))
    case 'throughput':
    case 'unavailable':
    case 'lost':
    case 'recovery':
    case 'metric':
      return 0
  }
}

/** Rounds up, except for rounding errors such as that of 1 − 0.99. */
function rounded(requests: number): number {
  return Math.ceil(requests - 1e-6)
}

/** At low rates a probe takes longer to reach its requests, up to this factor. */
const LONGEST = 10

/**
 * @returns how long a rate has to be measured, in ms: at least `durationMs`. What is longer is whole
 *   seconds, in which a rate has a whole number of requests.
 */
export function probeMs(rate: number, { requests }: LeastRequests, durationMs: number): number {
  if (rate * durationMs >= requests * 1_000) return durationMs
  return Math.ceil(requests / rate) * 1_000
}

/**
 * The lowest rate, requests/s, that has its requests in ten times `durationMs`.
 * @throws InputError if that is above `highest`.
 */
export function lowestRate(
  { requests, because }: LeastRequests,
  durationMs: number,
  highest: number,
): number {
  const lowest = Math.max(Math.ceil((requests * 1_000) / (durationMs * LONGEST)), 1)
  if (lowest <= highest) return lowest
  const neededMs = Math.ceil((requests * 1_000) / (highest * LONGEST))
  const why = because === null ? '' : ` because of ${because}`
  throw new InputError(
    `--duration: a probe needs ${formatCount(requests)} requests${why}. Give it at least ${neededMs}ms.`,
  )
}
