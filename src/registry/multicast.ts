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

/** Options of `multicast`. */
export interface MulticastOptions {
  /** Default `at-most-once`. */
  readonly delivery?: DeliveryGuarantee
  /** How long to wait for receipts, in ms, > 0. Nothing is sent afterwards. Default 5,000. */
  readonly timeoutMs?: number
  /** `false`: hand over to the broker without waiting; every target is `PENDING`. Default `true`. */
  readonly receipts?: boolean
  /**
   * Identifies the message: 1 to 128 printable ASCII characters without spaces. Repeat a call with the
   * same id after `TIMEOUT` or an error, and subscribers treat it as the same message;
   * `docs/promises.md` describes the effect under each guarantee. Default: a new id.
   */
  readonly messageId?: string
  /**
   * Cancels the multicast: it stops sending, resending and waiting, and the call rejects with the
   * signal's `reason`. If the signal is already aborted, the call rejects at once and contacts no
   * server. Messages that were sent may still be handled; under exactly-once, stored messages will be.
   */
  readonly signal?: AbortSignal
  /**
   * Receives the outcome so far when `signal` cancels the multicast: before the call rejects, and only
   * if its targets were known. Targets without a receipt are `TIMEOUT`, sent to or not.
   */
  readonly onAborted?: (result: MulticastResult) => void
}

/** The outcome of a multicast. `targetCount` is the sum of the four other counts. */
export interface MulticastResult {
  /** The `messageId` given, or a new id; the same in every resend. Subscribers see it as `id`. */
  readonly messageId: string
  readonly targetCount: number
  readonly deliveredCount: number
  readonly pendingCount: number
  readonly failedCount: number
  readonly timeoutCount: number
  /**
   * By identity. A read-only view: copy it with `new Map(statuses)` to change it or to send it to
   * another thread.
   */
  readonly statuses: ReadonlyMap<string, DeliveryStatus>
}

const DEFAULT_TIMEOUT_MS = 5_000

/**
 * Copies the payload's bytes, so callers may reuse their buffer.
 * @throws RegistryError `INVALID_ARGUMENT` for anything but text and bytes.
 */
function payloadBytesOf(payload: Uint8Array | string): Uint8Array {
  if (typeof payload === 'string') {
    if (payload.isWellFormed()) return Buffer.from(payload)
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'payload: contains a lone surrogate, half of a character, which UTF-8 cannot encode',
    )
  }
  // Not `instanceof`, which a value can forge.
  if (isUint8Array(payload)) return Buffer.copyBytesFrom(payload)
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `payload: ${written(payload)} must be a string or a Uint8Array`,
  )
}

/** A multicast in the form that messengers take. */
export interface MulticastRequest {
  readonly message: OutgoingMessage
  readonly sendOptions: SendOptions
}

const takes: Takes<MulticastOptions> = {
  ...sendOptionTakes,
  messageId: validateMessageId,
  signal: abortSignal,
  onAborted: functionOf('of the outcome'),
}

/**
 * Checks a caller's arguments and fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT` for a payload that is neither text nor bytes, and for unknown
 *   or invalid options.
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

/** The result of a multicast from the report on its targets. */
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
