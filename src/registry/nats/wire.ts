/**
 * What travels over NATS, and nothing else; `docs/promises.md` tells it to authors of plain clients.
 *
 * **An identity's own subject**, `<prefix>.<identity>`: the body is the payload as it is. A message
 * that wants a receipt has a reply subject, and any reply to it is the receipt, except one with a
 * `Prism-Error` header, which says that the message was not handled.
 *
 * **A gateway's subject**, `<prefix>-gateway.<name>`: the body is the payload (`Prism-Payload-Bytes`
 * bytes of it), then the identities it is for, UTF-8, one a line. The first receipt lists what was
 * not handled (`-identity`) and what is still being handled (`?identity`), one a line; everything it
 * does not list was handled. Later receipts to the same reply subject tell how those ended
 * (`+identity` or `-identity`).
 *
 * **A durable gateway's stream subject**, `<prefix>-durable.<name>`: the same body, kept by JetStream.
 * Receipts go to the subject in `Prism-Receipt-To`: an empty one says that all was handled, another
 * lists what was (`+identity`); both are sent after that is on record.
 *
 * **A question for hosts**, `<prefix>-subscribers`: everyone who hosts all identities of a pattern
 * answers with JSON, `{"gateway":…,"pattern":…}`.
 */
import { headers, type MsgHdrs } from '@nats-io/transport-node'
import { RegistryError } from '../errors.ts'

/** Unique a multicast, the same in each resend of it. */
export const MESSAGE_ID_HEADER = 'Prism-Message-Id'
/** Present with the value `1` if the message may be sent again with the same id. */
export const RESENDABLE_HEADER = 'Prism-Resendable'
/** How many bytes of a gateway message's body are the payload. */
export const PAYLOAD_BYTES_HEADER = 'Prism-Payload-Bytes'
/** Where the receipts of a message kept by JetStream go, as its reply subject is JetStream's own. */
export const RECEIPT_TO_HEADER = 'Prism-Receipt-To'
/** In a reply: why the message was not handled. */
export const ERROR_HEADER = 'Prism-Error'

/** Headers of a message to an identity's own subject. */
export function identityHeaders(messageId: string, resendable: boolean): MsgHdrs {
  const result = headers()
  result.set(MESSAGE_ID_HEADER, messageId)
  if (resendable) result.set(RESENDABLE_HEADER, '1')
  return result
}

/** Headers of a message to a gateway. */
export function gatewayHeaders(
  messageId: string,
  resendable: boolean,
  payloadBytes: number,
): MsgHdrs {
  const result = identityHeaders(messageId, resendable)
  result.set(PAYLOAD_BYTES_HEADER, String(payloadBytes))
  return result
}

/** How many bytes headers take on the wire, which count towards the server's max payload. */
export function headerBytes(messageHeaders: MsgHdrs): number {
  let bytes = 'NATS/1.0\r\n\r\n'.length
  for (const [name, values] of messageHeaders) {
    for (const value of values) bytes += Buffer.byteLength(`${name}: ${value}\r\n`)
  }
  return bytes
}

/** The body of a gateway message. Identities hold no control characters, so lines keep them apart. */
export function encodeGatewayBody(payload: Uint8Array, identities: readonly string[]): Uint8Array {
  const list = identities.join('\n')
  const body = Buffer.allocUnsafe(payload.length + Buffer.byteLength(list))
  body.set(payload)
  body.write(list, payload.length)
  return body
}

/** A gateway message's body, taken apart. `payload` is a view of `body`. */
export function decodeGatewayBody(
  body: Uint8Array,
  payloadBytesHeader: string,
): { payload: Uint8Array; identities: readonly string[] } {
  const payloadBytes = /^\d{1,10}$/.test(payloadBytesHeader) ? Number(payloadBytesHeader) : -1
  if (payloadBytes < 0 || payloadBytes >= body.length) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `Not a gateway message: ${PAYLOAD_BYTES_HEADER} is "${payloadBytesHeader}" in a body of ${body.length} bytes.`,
    )
  }
  return {
    payload: body.subarray(0, payloadBytes),
    identities: textOf(body.subarray(payloadBytes)).split('\n'),
  }
}

/** What a gateway's receipt says of one identity. */
export interface ReceiptLine {
  readonly state: 'handled' | 'refused' | 'running'
  readonly identity: string
}

const MARKS = { handled: '+', refused: '-', running: '?' } as const
const STATES: Readonly<Record<string, ReceiptLine['state']>> = {
  '+': 'handled',
  '-': 'refused',
  '?': 'running',
}

/** A gateway's receipt; no lines make an empty body: all was handled. */
export function encodeReceipt(lines: readonly ReceiptLine[]): string {
  return lines.map(({ state, identity }) => MARKS[state] + identity).join('\n')
}

/** What a gateway's receipt says; lines of no known kind are left out. */
export function decodeReceipt(body: Uint8Array): readonly ReceiptLine[] {
  if (body.length === 0) return []
  const lines: ReceiptLine[] = []
  for (const line of textOf(body).split('\n')) {
    const state = STATES[line.charAt(0)]
    if (state !== undefined) lines.push({ state, identity: line.slice(1) })
  }
  return lines
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
