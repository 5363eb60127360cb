import type { LoadResult, OperationCounts } from './result.ts'

/** Counted deliveries, live or stored; `null` if they are unknown or absent. */
export function countedDeliveries<D extends { readonly kind: 'counted' | 'unknown' }>(
  deliveries: D | null,
): Extract<D, { readonly kind: 'counted' }> | null {
  return isCounted(deliveries) ? deliveries : null
}

function isCounted<D extends { readonly kind: 'counted' | 'unknown' }>(
  deliveries: D | null,
): deliveries is Extract<D, { readonly kind: 'counted' }> {
  return deliveries?.kind === 'counted'
}

/** Adds up one figure of several parts; 0 for none. */
export function total<T>(parts: readonly T[], of: (part: T) => number): number {
  return parts.reduce((sum, part) => sum + of(part), 0)
}

/** Counts of all operations of a load together. */
export function countsOfAll(result: LoadResult): OperationCounts {
  return sumOfCounts([...result.operations.values()].map(({ counts }) => counts))
}

/** Adds up each count separately. */
export function sumOfCounts(all: readonly OperationCounts[]): OperationCounts {
  const count = (key: keyof OperationCounts): number => total(all, (counts) => counts[key])
  return {
    planned: count('planned'),
    started: count('started'),
    dropped: count('dropped'),
    notStarted: count('notStarted'),
    ok: count('ok'),
    failed: count('failed'),
    timedOut: count('timedOut'),
    unfinished: count('unfinished'),
  }
}

/** The ratio of the expected receipts that arrived; `null` if none was expected or deliveries are unknown. */
export function deliveryRatio(
  deliveries: { readonly received: number; readonly expected: number } | null,
): number | null {
  if (deliveries === null || deliveries.expected === 0) return null
  return deliveries.received / deliveries.expected
}

/** The fields that locate events in time. */
type Timed = Pick<LoadResult, 'intervals' | 'measuredMs'>

/**
 * What happened while requests were being sent, without what caught up afterwards: a system that
 * takes twice as long as the load doesn't have the load's throughput.
 * @param operation one operation's; all operations' if left out.
 */
export function inTime(result: Timed, operation?: string): { started: number; ok: number } {
  const sum = { started: 0, ok: 0 }
  for (const interval of result.intervals) {
    if (operation !== undefined && interval.operation !== operation) continue
    if (interval.second * 1_000 >= result.measuredMs) continue
    sum.started += interval.started
    sum.ok += interval.ok
  }
  return sum
}

/**
 * Successful requests/s: those that ended while requests were being sent, by the time measured;
 * `null` if no time was.
 */
export function throughputPerSecond(result: Timed, operation?: string): number | null {
  if (result.measuredMs === 0) return null
  return (inTime(result, operation).ok * 1_000) / result.measuredMs
}

/**
 * Achieved rate, requests/s: those started while requests were being sent, by the time measured;
 * `null` if no time was.
 */
export function achievedPerSecond(result: Timed, operation?: string): number | null {
  if (result.measuredMs === 0) return null
  return (inTime(result, operation).started * 1_000) / result.measuredMs
}
