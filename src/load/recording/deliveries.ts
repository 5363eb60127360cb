import { mergePauses, pausedWithin, type Pause } from '../pauses.ts'
import type { CountedDeliveries, Deliveries } from '../result.ts'
import { TimeCounts } from './time-counts.ts'

/** A message and its receipts. Times are by `nowMs()`. */
export interface MessageOutcome {
  readonly intendedAtMs: number
  readonly startedAtMs: number
  /** The number of its recipients, whether it could be sent or not. */
  readonly recipients: number
  /** The number of distinct recipients that received it. */
  readonly received: number
  /** The time of the last receipt; any value without receipts. */
  readonly lastReceiptMs: number
  /** Whether the sender answered; a message whose request failed or was given up may never have been sent. */
  readonly isSent: boolean
}

/** Delivery figures, except those that only receivers know. */
export interface MessageFigures extends Pick<
  CountedDeliveries,
  | 'expected'
  | 'received'
  | 'missing'
  | 'incomplete'
  | 'missingByPause'
  | 'missingByFailure'
  | 'completion'
  | 'undisturbedCompletion'
> {
  /** One record per missing receipt, at the time waited for it. */
  readonly missingReceipts: TimeCounts
}

/**
 * A shorter pause loses no message: senders wait 5 s for receipts, and servers buffer for slow
 * receivers longer than that.
 */
const MIN_LOSING_PAUSE_MS = 1_000
/** A pause can lose messages sent this long before it: NATS closes the connection of a receiver that is as slow as this. */
const LOST_WITHIN_MS = 10_000
/** A receiver whose connection was closed during a pause is back after this: NATS clients wait 2 s. */
const BACK_WITHIN_MS = 2_000

/**
 * Sums up what became of messages. A message that did not reach all of its recipients counts as one
 * that took the time waited: left out, the worst messages would improve the percentiles.
 * @param now until when receipts were waited for.
 * @param pauses of the generator and, where they are known, of the receivers.
 */
export function deliveriesOf(
  messages: Iterable<MessageOutcome>,
  now: number,
  pauses: readonly (readonly Pause[])[],
): MessageFigures {
  const merged = mergePauses(pauses)
  const paused = pausedWithin(merged)
  const losing = merged.filter(({ fromMs, untilMs }) => untilMs - fromMs >= MIN_LOSING_PAUSE_MS)
  const [completion, undisturbed] = [new TimeCounts(), new TimeCounts()]
  const missingReceipts = new TimeCounts()
  let expected = 0
  let missing = 0
  let incomplete = 0
  let missingByPause = 0
  let missingByFailure = 0
  for (const message of messages) {
    const { intendedAtMs, startedAtMs, recipients } = message
    if (recipients === 0) continue
    expected += recipients
    const lacking = Math.max(recipients - message.received, 0)
    const untilMs = lacking > 0 ? now : message.lastReceiptMs
    completion.record(untilMs - intendedAtMs)
    undisturbed.record(untilMs - startedAtMs - paused(startedAtMs, untilMs))
    if (lacking === 0) continue
    incomplete++
    missing += lacking
    missingReceipts.record(now - intendedAtMs, lacking)
    if (!message.isSent) missingByFailure += lacking
    if (losing.some((pause) => mayLose(pause, startedAtMs))) missingByPause += lacking
  }
  return {
    expected,
    received: expected - missing,
    missing,
    incomplete,
    missingByPause,
    missingByFailure,
    missingReceipts,
    completion: completion.toHistogram(),
    undisturbedCompletion: undisturbed.toHistogram(),
  }
}

/** Whether a receipt of a message that was sent then may be missing because of a pause. */
function mayLose({ fromMs, untilMs }: Pause, sentAtMs: number): boolean {
  return fromMs < sentAtMs + LOST_WITHIN_MS && untilMs > sentAtMs - BACK_WITHIN_MS
}

/** Deliveries without the times of arrivals, which the seconds of a load have. */
export function withoutArrivals(deliveries: Deliveries | null): Deliveries | null {
  if (deliveries?.kind !== 'counted') return deliveries
  const { arrivals: _, ...counted } = deliveries
  return counted
}

/** Requests that were not started, so they sent nothing. */
export interface UnsentRequests {
  readonly count: number
  /** The missing ones that a pause or early end of the generator may explain. */
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
    ...(deliveries.missingByFailure === undefined
      ? {}
      : { missingByFailure: deliveries.missingByFailure + unsent }),
  }
}

/**
 * Deliveries as an operation counts them; or unknown ones, with the reason, where their counts can't be true.
 * Operations are user code, and run files with contradictory counts are rejected when read.
 */
export function checkedDeliveries(deliveries: Deliveries): Deliveries {
  if (deliveries.kind === 'unknown') return deliveries
  const { expected, received, missing, duplicates, incomplete, missingByPause } = deliveries
  const { missingByFailure = 0 } = deliveries
  const counts = {
    expected,
    received,
    missing,
    duplicates,
    incomplete,
    missingByPause,
    missingByFailure,
  }
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= 0) continue
    return { kind: 'unknown', reason: `${name}: ${count} is not a number of receipts` }
  }
  if (expected === received + missing) return deliveries
  const reason = `${expected} receipts were expected, but ${received} came and ${missing} are missing`
  return { kind: 'unknown', reason }
}
