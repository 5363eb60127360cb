import type { Unavailability } from '../recording/availability.ts'
import type { IntervalFigures } from '../result.ts'

/**
 * The unavailability of a whole load. Nothing of it succeeded in a stretch of time only if nothing of any shard did, so
 * the longest stretch is no longer than the shortest of the shards' longest ones. It is at least as long as the most
 * whole seconds in a row in which requests were due, and no shard had a success.
 * @param intervals of all shards together, of the operations meant.
 */
export function mergeUnavailability(
  shards: readonly Unavailability[],
  intervals: readonly IntervalFigures[],
): Unavailability {
  const longest = shards.map(({ unavailableMs }) => unavailableMs)
  const known = longest.filter((ms) => ms !== null)
  if (known.length < longest.length || known.length === 0) {
    return { unavailableMs: null, unavailableAtLeastMs: null }
  }
  const unavailableMs = Math.min(...known)
  return {
    unavailableMs,
    unavailableAtLeastMs: Math.min(unavailableMs, secondsWithoutSuccess(intervals) * 1_000),
  }
}

/** Seconds in a row in which requests were due, and none succeeded. The last one may be cut short, so it doesn't count. */
function secondsWithoutSuccess(intervals: readonly IntervalFigures[]): number {
  const bySecond = Map.groupBy(intervals, ({ second }) => second)
  const last = Math.max(...bySecond.keys())
  let most = 0
  let row = 0
  for (let second = 0; second < last; second++) {
    const all = bySecond.get(second) ?? []
    const isOut = all.some(({ planned }) => (planned ?? 0) > 0) && all.every(({ ok }) => ok === 0)
    row = isOut ? row + 1 : 0
    most = Math.max(most, row)
  }
  return most
}
