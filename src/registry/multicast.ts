import { randomUUID } from 'node:crypto'
import { isUint8Array } from 'node:util/types'
import { abortSignal, functionOf, takeOptions, written, type Takes } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateMessageId } from './names.ts'
import type {
  DeliveryGuarantee,
  DeliveryReport,
  DeliveryStatus,
  OutgoingMessage,
  SendOptions,
} from './messenger.ts'
import { sendOptionTakes } from './send-options.ts'

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
  /**
   * Gives the multicast up when it is aborted: no more is sent, sent again or waited for, and the call
   * rejects with the signal's `reason`; at once, without asking any server, if it is aborted already. What
   * was sent stays sent, and may yet be handled. (Under exactly-once, what was stored will be.)
   */
  readonly signal?: AbortSignal
  /**
   * Told what had become of the message when `signal` gave the multicast up: before the call rejects, and
   * only if its targets were known by then. `TIMEOUT` are those without a receipt so far, sent or not.
   */
  readonly onAborted?: (result: MulticastResult) => void
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
  /**
   * By identity. A view and no `Map` of its own: `new Map(statuses)` is a copy that can be changed, or
   * sent to another thread.
   */
  readonly statuses: ReadonlyMap<string, DeliveryStatus>
}

const DEFAULT_TIMEOUT_MS = 5_000

/**
 * The payload's bytes, a copy: a caller who reuses its buffer changes nothing that is on its way.
 * @throws RegistryError `INVALID_ARGUMENT` for anything but text and bytes.
 */
function payloadBytesOf(payload: Uint8Array | string): Uint8Array {
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

/** A multicast as a messenger takes it. */
export interface MulticastRequest {
  readonly message: OutgoingMessage
  readonly sendOptions: SendOptions
}

const takes: Takes<MulticastOptions> = {
  ...sendOptionTakes,
  messageId: validateMessageId,
  signal: abortSignal,
  onAborted: functionOf('of what had become of the message'),
}

/**
 * Takes what a caller gave, and fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT` for a payload that is neither text nor bytes, an unknown
 *   option, and one of the wrong type or out of its range.
 */
export function requestOf(
  payload: Uint8Array | string,
  options?: MulticastOptions,
): MulticastRequest {
  const {
    delivery = 'at-most-once',
    timeoutMs = DEFAULT_TIMEOUT_MS,
    receipts = true,
    messageId,
    signal,
    onAborted,
  } = takeOptions(options, 'options', takes)
  const bytes = payloadBytesOf(payload)
  const message =
    messageId === undefined
      ? { id: randomUUID(), payload: bytes }
      : { id: messageId, payload: bytes, repeatable: true }
  return {
    message,
    sendOptions: {
      delivery,
      timeoutMs,
      receipts,
      signal,
      onAborted: onAborted && ((report) => onAborted(summarize(message.id, report))),
    },
  }
}

/** The result of a multicast from what became of its targets. */
export function summarize(messageId: string, statuses: DeliveryReport): MulticastResult {
  const { counts } = statuses
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
