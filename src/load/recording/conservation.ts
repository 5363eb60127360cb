import type { OperationCounts } from '../result.ts'

/** Requests appeared or vanished: a defect of the engine, never of the system under test. */
export class ConservationError extends Error {
  override readonly name = 'ConservationError'
}

/**
 * Checks that every request is accounted for, each counter having been kept on its own:
 * `planned = started + dropped` and `started = ok + failed + timedOut + unfinished`.
 * @throws ConservationError naming the operation and the counts.
 */
export function assertConserved(operation: string, counts: OperationCounts): void {
  const { planned, started, dropped, ok, failed, timedOut, unfinished } = counts
  if (planned !== started + dropped || started !== ok + failed + timedOut + unfinished) {
    throw new ConservationError(
      `${operation}: requests are not conserved: ${JSON.stringify(counts)}. This is a defect of the load engine; please report it.`,
    )
  }
}
