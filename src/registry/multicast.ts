import { randomUUID } from 'node:crypto'
import { RegistryError } from './errors.ts'
import { validateMessageId } from './message-id.ts'
import type {
  DeliveryGuarantee,
  DeliveryStatus,
  OutgoingMessage,
  SendOptions,
} from './messenger.ts'

/** How a multicast is to be delivered. */
export interface MulticastOptions {
  /** Default `at-most-once`. */
  readonly delivery?: DeliveryGuarantee
  /** How long to wait for receipts, in ms, > 0. Nothing is sent after it has passed. Default 5,000. */
  readonly timeoutMs?: number
  /** `false`: hand over to the broker and don't wait; every target is `PENDING`. Default `true`. */
  readonly receipts?: boolean
  /**
   * Names the message: 1 to 128 printable ASCII characters without spaces. A call that is made again
   * with the same one, because its result was `TIMEOUT` or an error, is the same message to subscribers;
   * `docs/promises.md` says what that means under each guarantee. Default: a new one.
   */
  readonly messageId?: string
}

/** What became of a multicast. `targetCount` is the sum of the four other counts. */
export interface MulticastResult {
  /** As given, or a new one; the same for every resend. Subscribers see it too. */
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

const GUARANTEES: readonly DeliveryGuarantee[] = ['at-most-once', 'at-least-once', 'exactly-once']

/**
 * The payload's bytes, a copy: a caller who reuses its buffer changes nothing that is on its way.
 * @throws RegistryError `INVALID_ARGUMENT` for anything but text and bytes.
 */
function payloadBytesOf(payload: Uint8Array | string): Uint8Array {
  if (typeof payload === 'string' || payload instanceof Uint8Array) return Buffer.from(payload)
  throw new RegistryError('INVALID_ARGUMENT', 'payload: must be a string or a Uint8Array')
}

/**
 * The message of a multicast.
 * @throws RegistryError `INVALID_ARGUMENT` for a payload that is neither text nor bytes, and an id out of range.
 */
export function messageOf(
  payload: Uint8Array | string,
  { messageId }: MulticastOptions,
): OutgoingMessage {
  const bytes = payloadBytesOf(payload)
  if (messageId === undefined) return { id: randomUUID(), payload: bytes }
  return { id: validateMessageId(messageId), payload: bytes, repeatable: true }
}

/**
 * Fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT` for an unknown delivery guarantee, and a timeout that is
 *   not above 0 and finite.
 */
export function sendOptionsOf(options: MulticastOptions): SendOptions {
  const { delivery = 'at-most-once', timeoutMs = DEFAULT_TIMEOUT_MS, receipts = true } = options
  if (!GUARANTEES.includes(delivery)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `delivery: "${delivery}" is none of ${GUARANTEES.join(', ')}`,
    )
  }
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
