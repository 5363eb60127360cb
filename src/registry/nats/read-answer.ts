import type { Msg } from '@nats-io/transport-node'
import { decodeReceipt, type Receipt } from './receipt.ts'
import { receivedHeaders } from './received-headers.ts'
import { ERROR_HEADER, type Malformed } from './wire.ts'

/** What a reply says of the recipients of a message. */
export type Answer = Receipt

const NO_RESPONDERS = 503
/** No acknowledgement of JetStream is longer, in bytes. */
const MAX_ACK_BYTES = 2_048
const OPENING_BRACE = 0x7b

/**
 * Reads a reply to a message that was sent. Never throws.
 * @param toGateway whether the message was sent to a gateway, and not to an identity's own subject.
 * @returns `null` if it comes from the server and says nothing of the recipients.
 */
export function readAnswer(
  reply: Msg,
  toGateway: boolean,
  recipients: number,
): Answer | Malformed | null {
  const headers = receivedHeaders(reply)
  if (headers === null) return { malformed: 'its headers are not valid' }
  const all = [0, recipients - 1]
  const nobody = headers.code === NO_RESPONDERS && reply.data.length === 0
  if (nobody || headers.has(ERROR_HEADER)) return { handled: [], refused: all }
  if (!toGateway) return isPublishAck(reply.data) ? null : { handled: all, refused: [] }
  const receipt = decodeReceipt(reply.data, recipients)
  return receipt ?? { malformed: `it is not a receipt for ${recipients} recipients` }
}

/**
 * Whether JetStream says with this that it has stored a message, or that it hasn't: a stream may
 * capture the subject of an identity, and is not its subscriber.
 */
export function isPublishAck(body: Uint8Array): boolean {
  if (body[0] !== OPENING_BRACE || body.length > MAX_ACK_BYTES) return false
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    if (typeof value !== 'object' || value === null) return false
    if ('stream' in value && 'seq' in value) {
      return typeof value.stream === 'string' && typeof value.seq === 'number'
    }
    return 'error' in value && isApiError(value.error)
  } catch {
    return false
  }
}

function isApiError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && 'err_code' in error
}
