import { MAX_PARTS, type RequestPart } from '../load/tracing/traced-request.ts'

/** A span's claim on the time of its request. Times are in ms, on any clock that all spans of the request share. */
export interface Claim {
  /** The part that the time belongs to, such as `redis`. */
  readonly part: string
  /** At each moment, the time belongs to the highest claim. Equal claims: to the first of them. */
  readonly rank: number
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Ranks of claims: what is done for the request beats the waiting for it. In a pause of the load's process, only
 * handlers elsewhere go on; before the request starts, nothing does.
 */
export const RANK = {
  replica: 1,
  messaging: 2,
  receivers: 3,
  client: 4,
  handlers: 5,
  pause: 6,
  handlersElsewhere: 7,
  generator: 8,
} as const

/** The part of the time that nothing claims. */
export const OTHER = 'other'

/**
 * Where a request's time went: each moment belongs to the highest claim on it, or to `other`.
 * @param fromMs when the request was due.
 * @param toMs when it ended, ≥ `fromMs`.
 * @param claims in any order; those outside of the request's time, or of times that are no numbers, count for nothing.
 * @returns up to 8 parts, largest first, which add up to `toMs - fromMs` but for rounding.
 */
export function breakDown(
  fromMs: number,
  toMs: number,
  claims: readonly Claim[],
): readonly RequestPart[] {
  const within = claims
    .map((claim) => ({
      ...claim,
      fromMs: Math.max(claim.fromMs, fromMs),
      toMs: Math.min(claim.toMs, toMs),
    }))
    // NaN is not less than anything.
    .filter((claim) => claim.fromMs < claim.toMs)
  const edges = new Set([fromMs, toMs])
  for (const claim of within) edges.add(claim.fromMs).add(claim.toMs)
  const times = [...edges].toSorted((a, b) => a - b)
  const byPart = new Map<string, number>()
  for (const [i, startMs] of times.entries()) {
    const endMs = times[i + 1]
    if (endMs === undefined) break
    const part = highestAt(within, startMs)?.part ?? OTHER
    byPart.set(part, (byPart.get(part) ?? 0) + endMs - startMs)
  }
  return fewest([...byPart].map(([name, ms]) => ({ name, ms })))
}

function highestAt(claims: readonly Claim[], timeMs: number): Claim | null {
  let highest: Claim | null = null
  for (const claim of claims) {
    if (claim.fromMs > timeMs || claim.toMs <= timeMs) continue
    if (highest === null || claim.rank > highest.rank) highest = claim
  }
  return highest
}

/** Largest first; if there are too many, the smallest become part of `other`. */
function fewest(parts: readonly RequestPart[]): readonly RequestPart[] {
  const largest = parts.toSorted((a, b) => b.ms - a.ms)
  if (largest.length <= MAX_PARTS) return largest
  const named = largest.filter(({ name }) => name !== OTHER)
  const kept = named.slice(0, MAX_PARTS - 1)
  const names = new Set(kept.map(({ name }) => name))
  const ms = parts.reduce((sum, part) => (names.has(part.name) ? sum : sum + part.ms), 0)
  return [...kept, { name: OTHER, ms }].toSorted((a, b) => b.ms - a.ms)
}
