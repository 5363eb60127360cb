import { isUint8Array } from 'node:util/types'
import { takeOptions, written } from './arguments.ts'
import { RegistryError } from './errors.ts'
import type { DeliveryGuarantee, DeliveryStatus, SendOptions } from './messenger.ts'
import { sendOptionTakes } from './send-options.ts'

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
 * The payload's bytes, a copy: a caller who reuses its buffer changes nothing that is on its way.
 * @throws RegistryError `INVALID_ARGUMENT` for anything but text and bytes.
 */
export function payloadBytesOf(payload: Uint8Array | string): Uint8Array {
  if (typeof payload === 'string') {
    if (payload.isWellFormed()) return Buffer.from(payload)
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'payload: has a lone surrogate, half of a character, which UTF-8 has no bytes for',
    )
  }
  // By what it is made of: `instanceof` asks the value, which may say anything.
  if (isUint8Array(payload)) return Buffer.copyBytesFrom(payload)
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `payload: ${written(payload)} must be a string or a Uint8Array`,
  )
}

/**
 * Fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT` for an unknown option, an unknown delivery guarantee,
 *   and a timeout that is not above 0 and finite.
 */
export function sendOptionsOf(options: MulticastOptions): SendOptions {
  const {
    delivery = 'at-most-once',
    timeoutMs = DEFAULT_TIMEOUT_MS,
    receipts = true,
  } = takeOptions<MulticastOptions>(options, 'options', sendOptionTakes)
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
