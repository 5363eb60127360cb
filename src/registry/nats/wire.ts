/**
 * Messages as they travel over NATS, wire format 2; `docs/promises.md` tells it to authors of plain
 * clients, and `subjects.ts` has the subjects.
 *
 * **To an identity's own subject**: the body is the payload. A message that asks for a receipt
 * has a reply subject, and any reply is the receipt, except one with a `Prism-Error` header, which says
 * that the message was not handled, and those that the server makes.
 *
 * **To a gateway**: the body is the payload (`Prism-Payload-Bytes` bytes of it), then the names of its
 * recipients, joined by line feeds. Replies are receipts (`receipt.ts`), or have a `Prism-Error` header:
 * then the whole message was refused.
 *
 * A gateway may be told slots for the names of a message, and reached by slots later: `slots-message.ts`.
 *
 * **To a durable gateway**: the same, kept by JetStream. Receipts go to the inbox in `Prism-Receipt-To`.
 *
 * **A request for pattern hosts**: every host of a pattern answers with JSON,
 * `{"gateway":…,"pattern":…}`.
 */
import { headers, type MsgHdrs } from '@nats-io/transport-node'
import { RegistryError } from '../errors.ts'
import { MESSAGE_ID } from '../names.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { type Ranges, rangesText, readRanges } from '../targets/ranges.ts'

/** The wire format of a gateway message. */
const WIRE_HEADER = 'Prism-Wire'
/** Names the message; the same in each resend of it. */
const MESSAGE_ID_HEADER = 'Prism-Message-Id'
/** Present with the value `1` if the message may be sent again with the same id. */
const RESENDABLE_HEADER = 'Prism-Resendable'
/** Present with the value `1` if the caller chose the id, so that another call may use it again. */
const REPEATABLE_HEADER = 'Prism-Repeatable'
/** How many bytes of a gateway message's body are the payload. */
const PAYLOAD_BYTES_HEADER = 'Prism-Payload-Bytes'
/** How many recipients a gateway message has. */
const RECIPIENTS_HEADER = 'Prism-Recipients'
/**
 * The id of a table of names, and the slots in it of the message's recipients, in their order, as
 * `0-499,501`. A gateway may ignore it.
 */
const TABLE_HEADER = 'Prism-Table'
/** Where the receipts of a message kept by JetStream go, as its reply subject is JetStream's own. */
export const RECEIPT_TO_HEADER = 'Prism-Receipt-To'
/** In a reply: why the message was not handled. */
export const ERROR_HEADER = 'Prism-Error'

/** The recipients of a message are its names. */
export const NAMES_FORMAT = '2'
/** The recipients of a message are slots of a table that the gateway was told before. */
export const SLOTS_FORMAT = '3'
type WireFormat = typeof NAMES_FORMAT | typeof SLOTS_FORMAT
const COUNT = /^\d{1,9}$/
const TABLE_ID = /^[\w-]{1,64}$/
/** The longest header with the slots of a message, in bytes. Without it the message is as good, but not the next one. */
export const MAX_TABLE_HEADER_BYTES = 8 * 1024

/** The headers that every message has, whatever it is sent to. */
export interface MessageMarks {
  /** See `MESSAGE_ID`. */
  readonly id: string
  /** Whether it may come again with the same id. */
  readonly resendable: boolean
  /** Whether another call may use the id again. */
  readonly repeatable: boolean
}

/** A message to a gateway. */
export interface GatewayMessage extends MessageMarks {
  readonly payload: Uint8Array
  /** As the sender wrote them: not checked. */
  readonly recipients: readonly string[]
  /** The slots of the recipients, for messages that follow; `null` if it doesn't say. */
  readonly table: SlotsOfTable | null
}

/** Slots of the names of a table. */
export interface SlotsOfTable {
  readonly id: string
  /** As many as recipients, each below `TABLE_SLOTS`. */
  readonly slots: Ranges
}

/** Why received input is invalid. */
export interface Malformed {
  readonly malformed: string
}

/** More recipients than any message has, for how long a header with their number can be. */
export const MAX_RECIPIENTS = 999_999_999

/** The error for a payload that leaves no room for a recipient in what the server takes. */
export function payloadTooLarge(payloadBytes: number, maxPayloadBytes: number): RegistryError {
  return new RegistryError(
    'INVALID_ARGUMENT',
    `The payload of ${payloadBytes} bytes and its headers are more than the ${maxPayloadBytes} bytes that the NATS server takes.`,
  )
}

const NONE = headers()

/**
 * The headers of a received message, empty if it has none; `null` if they can't be decoded. Any client
 * may send bytes that are not headers, and the library decodes them when they are first read, so this
 * is the only place that reads `Msg.headers`.
 */
export function receivedHeaders(message: {
  readonly headers?: MsgHdrs | undefined
}): MsgHdrs | null {
  try {
    return message.headers ?? NONE
  } catch {
    return null
  }
}

/** Headers of a message to an identity's own subject. */
export function identityHeaders({ id, resendable, repeatable }: MessageMarks): MsgHdrs {
  const result = headers()
  result.set(MESSAGE_ID_HEADER, id)
  if (resendable) result.set(RESENDABLE_HEADER, '1')
  if (repeatable) result.set(REPEATABLE_HEADER, '1')
  return result
}

/**
 * Headers of a message to a gateway.
 * @param format of the body.
 */
export function gatewayHeaders(
  marks: MessageMarks,
  payloadBytes: number,
  recipients: number,
  format: WireFormat = NAMES_FORMAT,
): MsgHdrs {
  const result = identityHeaders(marks)
  result.set(WIRE_HEADER, format)
  result.set(PAYLOAD_BYTES_HEADER, String(payloadBytes))
  result.set(RECIPIENTS_HEADER, String(recipients))
  return result
}

/**
 * Has a message tell the slots of its recipients, unless that takes more room than there is.
 * @param room for the header, in bytes.
 * @returns whether it tells them.
 */
export function tellSlots(
  messageHeaders: MsgHdrs,
  { id, slots }: SlotsOfTable,
  room: number,
): boolean {
  const text = `${id} ${rangesText(slots)}`
  const isShort = tableHeaderBytes(text) <= Math.min(room, MAX_TABLE_HEADER_BYTES)
  if (isShort) messageHeaders.set(TABLE_HEADER, text)
  return isShort
}

/** How many bytes a header with this text about a table takes on the wire. */
export function tableHeaderBytes(text: string): number {
  return Buffer.byteLength(`${TABLE_HEADER}: ${text}\r\n`)
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
export function encodeGatewayBody(payload: Uint8Array, recipients: readonly string[]): Uint8Array {
  const list = recipients.join('\n')
  const body = Buffer.allocUnsafe(payload.length + Buffer.byteLength(list))
  body.set(payload)
  body.write(list, payload.length)
  return body
}

/** The marks of a message to an identity's own subject; `null` as the id if it has none. */
export function decodeMarks(
  received: MsgHdrs,
): (Omit<MessageMarks, 'id'> & { readonly id: string | null }) | Malformed {
  const id = received.has(MESSAGE_ID_HEADER) ? received.get(MESSAGE_ID_HEADER) : null
  const resendable = received.get(RESENDABLE_HEADER) === '1'
  const repeatable = received.get(REPEATABLE_HEADER) === '1'
  if (id !== null && !MESSAGE_ID.test(id)) return { malformed: `${MESSAGE_ID_HEADER} is not valid` }
  // Without an id, a copy can't be told from another message.
  if (id === null && resendable) return { malformed: `${MESSAGE_ID_HEADER} is missing` }
  return { id, resendable, repeatable }
}

/** What every message to a gateway has. */
export interface GatewayParts extends MessageMarks {
  readonly payload: Uint8Array
  /** The rest of the body. */
  readonly rest: Uint8Array
  readonly recipientCount: number
}

/** A gateway message of a format, taken apart; the parts are views of `body`. Never throws. */
export function decodeGatewayParts(
  received: MsgHdrs,
  body: Uint8Array,
  format: WireFormat,
): GatewayParts | Malformed {
  if (received.get(WIRE_HEADER) !== format) {
    return { malformed: `${WIRE_HEADER} is not ${format}` }
  }
  const marks = decodeMarks(received)
  if ('malformed' in marks) return marks
  const { id, resendable, repeatable } = marks
  if (id === null) return { malformed: `${MESSAGE_ID_HEADER} is missing` }
  const payloadBytes = countFrom(received.get(PAYLOAD_BYTES_HEADER))
  if (payloadBytes === null || payloadBytes >= body.length) {
    return { malformed: `${PAYLOAD_BYTES_HEADER} does not fit a body of ${body.length} bytes` }
  }
  const recipientCount = countFrom(received.get(RECIPIENTS_HEADER))
  if (recipientCount === null) return { malformed: `${RECIPIENTS_HEADER} is not a number` }
  const payload = body.subarray(0, payloadBytes)
  return { id, resendable, repeatable, payload, rest: body.subarray(payloadBytes), recipientCount }
}

/** A message to names, taken apart; `payload` is a view of `body`. Never throws. */
export function decodeGatewayMessage(
  received: MsgHdrs,
  body: Uint8Array,
): GatewayMessage | Malformed {
  const parts = decodeGatewayParts(received, body, NAMES_FORMAT)
  if ('malformed' in parts) return parts
  const { id, resendable, repeatable, payload, rest, recipientCount } = parts
  const recipients = textOf(rest).split('\n')
  if (recipientCount !== recipients.length) {
    return { malformed: `${RECIPIENTS_HEADER} is not ${recipients.length}, as the body has` }
  }
  const table = tableIn(received, recipientCount)
  if (table !== null && 'malformed' in table) return table
  return { id, resendable, repeatable, payload, recipients, table }
}

/** The table's id in a message to slots; `null` if it has none. */
export function tableIdIn(received: MsgHdrs): string | null {
  const id = received.get(TABLE_HEADER)
  return TABLE_ID.test(id) ? id : null
}

/** Has a message refer to a table. */
export function referToTable(messageHeaders: MsgHdrs, id: string): void {
  messageHeaders.set(TABLE_HEADER, id)
}

/** Whether a message is of the format for slots. */
export function isToSlots(received: MsgHdrs): boolean {
  return received.get(WIRE_HEADER) === SLOTS_FORMAT
}

function tableIn(received: MsgHdrs, recipients: number): SlotsOfTable | Malformed | null {
  if (!received.has(TABLE_HEADER)) return null
  const [id = '', text = '', ...more] = received.get(TABLE_HEADER).split(' ')
  const slots: number[] = []
  const count = readRanges(text, TABLE_SLOTS, slots)
  if (TABLE_ID.test(id) && count === recipients && more.length === 0) return { id, slots }
  return { malformed: `${TABLE_HEADER} does not give ${recipients} slots` }
}

function countFrom(text: string): number | null {
  return COUNT.test(text) ? Number(text) : null
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
