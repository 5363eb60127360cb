import type { OperationCounts } from '../result.ts'

/** Requests appeared or vanished: a defect of the engine, never of the system under test. */
export class ConservationError extends Error {
  override readonly name = 'ConservationError'
}

/**
 * Checks that every request is accounted for, each counter having been kept on its own:
 * `planned = started + dropped + notStarted` and `started = ok + failed + timedOut + unfinished` of
 * each operation, and all `planned` together are what the schedule has.
 * @param scheduled requests due by the schedule in the time measured, counted from the schedule alone.
 * @throws ConservationError naming the operation and the counts.
 */
export function assertConserved(
  operations: ReadonlyMap<string, OperationCounts>,
  scheduled: number,
): void {
  let all = 0
  for (const [operation, counts] of operations) {
    const { planned, started, dropped, notStarted, ok, failed, timedOut, unfinished } = counts
    all += planned
    if (
      planned === started + dropped + notStarted &&
      started === ok + failed + timedOut + unfinished
    )
      continue
    throw new ConservationError(
      `${operation}: requests are not conserved: ${JSON.stringify(counts)}. ${DEFECT}`,
    )
  }
  if (all !== scheduled) {
    throw new ConservationError(
      `The schedule has ${scheduled} requests, but ${all} were counted: ${JSON.stringify([...operations])}. ${DEFECT}`,
    )
  }
}

const DEFECT = 'This is a defect of the load engine; please report it.'
