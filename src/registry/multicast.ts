import { RegistryError } from './errors.ts'
import type { DeliveryGuarantee, DeliveryStatus, SendOptions } from './messenger.ts'

/** How a multicast is to be delivered. */
export interface MulticastOptions {
  /** Default `at-most-once`. */
  readonly delivery?: DeliveryGuarantee
  /** How long to wait for receipts, in ms, > 0. Nothing is sent after it has passed. Default 5,000. */
  readonly timeoutMs?: number
  /** `false`: hand over to the broker and don't wait; every target is `PENDING`. Default `true`. */
  readonly receipts?: boolean
}

/** What became of a multicast. `targetCount` is the sum of the four other counts. */
export interface MulticastResult {
  /** The same for every resend of this multicast; subscribers see it too. */
  readonly messageId: string
  readonly targetCount: number
  readonly deliveredCount: number
  readonly pendingCount: number
  readonly failedCount: number
  readonly timeoutCount: number
  /** By identity. */
  readonly statuses: ReadonlyMap<string, DeliveryStatus>
}

const DEFAULT_TIMEOUT_MS = 5_000

/**
 * Fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT` for a timeout that is not above 0 and finite.
 */
export function sendOptionsOf(options: MulticastOptions): SendOptions {
  const { delivery = 'at-most-once', timeoutMs = DEFAULT_TIMEOUT_MS, receipts = true } = options
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new RegistryError('INVALID_ARGUMENT', `timeoutMs: ${timeoutMs} must be above 0 ms`)
  }
  return { delivery, timeoutMs, receipts }
}

/** Counts the statuses of one multicast. */
export function summarize(
  messageId: string,
  statuses: ReadonlyMap<string, DeliveryStatus>,
): MulticastResult {
  const counts: Record<DeliveryStatus, number> = { DELIVERED: 0, PENDING: 0, FAILED: 0, TIMEOUT: 0 }
  for (const status of statuses.values()) counts[status]++
  return {
    messageId,
    targetCount: statuses.size,
    deliveredCount: counts.DELIVERED,
    pendingCount: counts.PENDING,
    failedCount: counts.FAILED,
    timeoutCount: counts.TIMEOUT,
    statuses,
  }
}
