import { checkOperations } from './check-bounds.ts'
import { sumOfLosses } from '../recording/audited-losses.ts'
import { sumOf } from '../recording/histogram.ts'
import { InputError } from '../../input-error.ts'
import { rowOf, windowRecoveryMs, type BoundRow } from './bound-row.ts'
import { judgeBound, type SloFigures } from './judge-bound.ts'
import type { LoadResult, OperationCounts } from '../result.ts'
import { judgeNoted } from './judge-noted.ts'
import { isNoted } from './noted-slo.ts'
import type { Bound } from './slo.ts'
import { lostByReceivers, undisturbedTimes } from './disturbed-receivers.ts'
import { worstFirst, type SloRow } from './slo-row.ts'
import { inTime, total } from '../totals.ts'

/**
 * Judges a measurement by the bounds of its SLO, worst first. Windowed bounds are judged while the load
 * runs; their rows are looked up here.
 * @throws InputError if a bound names an operation that the workload doesn't have, or is on every
 *   window but was not given to the load.
 */
export function judgeSlo(result: LoadResult, bounds: readonly Bound[]): readonly SloRow[] {
  const names = [...result.operations.keys()]
  checkOperations(bounds, names)
  return bounds
    .map((bound) =>
      isNoted(bound)
        ? judgeNoted(result, bound)
        : bound.everyMs === null
          ? judgeBound(figuresOf(result, bound.operation), bound, names)
          : windowedRow(result, bound, bound.everyMs),
    )
    .toSorted(worstFirst)
}

/**
 * The smallest bound on a time, in ms; `null` without one.
 * @param operation of this one, or of all together; of any if left out.
 */
export function tightestBoundMs(bounds: readonly Bound[], operation?: string): number | null {
  const all = bounds.flatMap((bound) => {
    if (!('belowMs' in bound)) return []
    const isMeant =
      operation === undefined || bound.operation === null || bound.operation === operation
    return isMeant ? [bound.belowMs] : []
  })
  return all.length === 0 ? null : Math.min(...all)
}

/** Whether two rows belong to the same bound. */
export function isSameBound(
  a: BoundRow & Pick<SloRow, 'windows'>,
  b: BoundRow & Pick<SloRow, 'windows'>,
): boolean {
  return (
    a.operation === b.operation &&
    a.metric === b.metric &&
    a.comparison === b.comparison &&
    a.bound === b.bound &&
    a.windows?.everyMs === b.windows?.everyMs &&
    a.windows?.recoveryMs === b.windows?.recoveryMs
  )
}

function windowedRow(result: LoadResult, bound: Bound, everyMs: number): SloRow {
  const row = rowOf(bound, [...result.operations.keys()])
  const none = { judged: 0, missed: 0, inconclusive: 0, worstFromMs: null }
  const windows = { everyMs, recoveryMs: windowRecoveryMs(bound), ...none }
  const found = result.windowedSlo.find((other) => isSameBound(other, { ...row, windows }))
  if (found !== undefined) return found
  throw new InputError(
    `SLO: ${row.metric} every ${everyMs / 1_000} s was not judged during the load. Pass this SLO to the load as well: load({ …, slo }).`,
  )
}

function figuresOf(result: LoadResult, operation: string | null): SloFigures {
  const measured = [...result.operations].flatMap(([name, figures]) =>
    operation === null || operation === name ? [figures] : [],
  )
  const inRun = inTime(result, operation ?? undefined)
  const count = (key: keyof OperationCounts): number => total(measured, ({ counts }) => counts[key])
  const startedLater = Math.max(count('planned') - count('dropped') - inRun.started, 0)
  // A pause just before the end lets requests start in time, but too late to end in it.
  const duringPause =
    (count('planned') * result.health.pauses.maxMs) / Math.max(result.measuredMs, 1)
  const heldUp = Math.floor(Math.min(count('ok') - inRun.ok, duringPause))
  const deliveries = measured.flatMap((one) => one.deliveries ?? [])
  const counted = deliveries.filter((one) => one.kind === 'counted')
  return {
    planned: count('planned'),
    ok: count('ok'),
    failed: count('failed'),
    dropped: count('dropped'),
    notStarted: count('notStarted'),
    lostByPause: total(measured, (one) => one.lostByPause + lostByReceivers(one)),
    measuredMs: result.measuredMs,
    okInTime: inRun.ok,
    startedLater: Math.max(startedLater, heldUp),
    startedFromEarlier: 0,
    response: sumOf(measured.map(({ response }) => response)),
    undisturbed: sumOf(measured.map(undisturbedTimes)),
    completion: sumOf(counted.map(({ completion }) => completion)),
    undisturbedCompletion: sumOf(counted.map((one) => one.undisturbedCompletion)),
    receipts:
      counted.length < deliveries.length
        ? null
        : {
            expected: total(counted, ({ expected }) => expected),
            received: total(counted, ({ received }) => received),
            missingByPause: total(counted, ({ missingByPause }) => missingByPause),
          },
    unavailability: operation === null ? result : (result.operations.get(operation) ?? null),
    losses: sumOfLosses(measured.flatMap(({ losses }) => losses ?? [])),
  }
}
