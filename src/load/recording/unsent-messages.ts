import type { Deliveries } from '../result.ts'

/** Requests that were never started, and so sent nothing. */
export interface UnsentRequests {
  readonly count: number
  /** Those of them that the generator may be the reason for, by a pause or an early end. */
  readonly byGenerator: number
}

/**
 * Deliveries with the recipients of messages that were to be sent and never were: they are expected and
 * missing, each message with as many as those that were sent had on average. They have no times, as
 * requests that were not started have none.
 */
export function withUnsent(
  deliveries: Deliveries | null,
  { count, byGenerator }: UnsentRequests,
): Deliveries | null {
  if (deliveries?.kind !== 'counted' || count === 0) return deliveries
  const messages = deliveries.completion.totalCount
  if (messages === 0) return deliveries
  const recipients = deliveries.expected / messages
  const unsent = Math.round(recipients * count)
  return {
    ...deliveries,
    expected: deliveries.expected + unsent,
    missing: deliveries.missing + unsent,
    incomplete: deliveries.incomplete + count,
    missingByPause: deliveries.missingByPause + Math.round(recipients * byGenerator),
  }
}
