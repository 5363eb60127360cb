import type { OperationCounts } from '../load/result.ts'

/** An operation's requests by outcome, by the names that exports and metrics give to outcomes. */
export function requestOutcomes(
  counts: Omit<OperationCounts, 'planned' | 'started'>,
): Readonly<Record<string, number>> {
  const { ok, failed, timedOut, unfinished, dropped, notStarted } = counts
  return { ok, failed, timed_out: timedOut, unfinished, dropped, not_started: notStarted }
}
