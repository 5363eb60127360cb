import type { Msg } from '@nats-io/transport-node'
import { decodeReceipt, type Receipt } from './receipt.ts'
import { receivedHeaders } from './received-headers.ts'
import { ERROR_HEADER, type Malformed } from './wire.ts'

/** The outcomes of a message's recipients in a reply. */
export interface Answer extends Receipt {
  /**
   * How the process that got the message says so: in a receipt, or by refusing the whole message,
   * which it handed to nobody. `undefined`: nobody got it.
   */
  readonly by?: 'receipt' | 'refusal'
}

const NO_RESPONDERS = 503
/** The longest acknowledgement of JetStream, in bytes. */
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
  if (nobody) return { handled: [], refused: all }
  if (headers.has(ERROR_HEADER)) return { handled: [], refused: all, by: 'refusal' }
  if (!toGateway) {
    return isPublishAck(reply.data) ? null : { handled: all, refused: [], by: 'receipt' }
  }
  const receipt = decodeReceipt(reply.data, recipients)
  return receipt === null
    ? { malformed: `it is not a receipt for ${recipients} recipients` }
    : { ...receipt, by: 'receipt' }
}

/**
 * Whether this is JetStream's acknowledgement or refusal of a publication: a stream may
 * capture the subject of an identity, but is not its subscriber.
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
