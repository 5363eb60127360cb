/**
 * Messages on NATS, wire format 2; `docs/promises.md` describes it for authors of plain clients, and
 * `subjects.ts` has the subjects.
 *
 * **To an identity's own subject**: the body is the payload. A message that requests a receipt has a reply
 * subject. Any reply is the receipt, except replies of the server, and replies with a `Prism-Error`
 * header, which mean that the message was not handled.
 *
 * **To a gateway**: the body is the payload (`Prism-Payload-Bytes` bytes), then the names of the recipients
 * joined by line feeds. Replies are receipts (`receipt.ts`), or have a `Prism-Error` header: the whole
 * message was refused.
 *
 * A message may tell a gateway the slots of its names, to send later messages by slot: `slots-message.ts`.
 *
 * **To a durable gateway**: the same, stored by JetStream. Receipts go to the inbox in `Prism-Receipt-To`.
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
/** Identifies the message; the same in each resend. */
const MESSAGE_ID_HEADER = 'Prism-Message-Id'
/** `1` if the message may be resent with the same id. */
const RESENDABLE_HEADER = 'Prism-Resendable'
/** `1` if the caller chose the id, so another call may reuse it. */
const REPEATABLE_HEADER = 'Prism-Repeatable'
/** The size of the payload in a gateway message's body, in bytes. */
const PAYLOAD_BYTES_HEADER = 'Prism-Payload-Bytes'
/** The number of recipients of a gateway message. */
const RECIPIENTS_HEADER = 'Prism-Recipients'
/**
 * The id of a table of names, and the recipients' slots in it, in order, as in `0-499,501`. A gateway may
 * ignore it.
 */
const TABLE_HEADER = 'Prism-Table'
/** The inbox for receipts of a message stored by JetStream, whose reply subject is JetStream's own. */
export const RECEIPT_TO_HEADER = 'Prism-Receipt-To'
/** In a reply, the reason why the message was not handled. */
export const ERROR_HEADER = 'Prism-Error'

/** The format of messages by name. */
const NAMES_FORMAT = '2'
/** The format of messages by slot of a table that the gateway already has. */
export const SLOTS_FORMAT = '3'
type WireFormat = typeof NAMES_FORMAT | typeof SLOTS_FORMAT
const COUNT = /^\d{1,9}$/
const TABLE_ID = /^[\w-]{1,64}$/
/** Maximum size of the header with a message's slots, in bytes. Without the header, later messages go by name too. */
export const MAX_TABLE_HEADER_BYTES = 8 * 1024

/** The headers that every message has, whatever it is sent to. */
export interface MessageMarks {
  /** See `MESSAGE_ID`. */
  readonly id: string
  /** Whether it may be resent with the same id. */
  readonly resendable: boolean
  /** Whether another call may reuse the id. */
  readonly repeatable: boolean
}

/** A message to a gateway. */
export interface GatewayMessage extends MessageMarks {
  readonly payload: Uint8Array
  /** Unchecked names, as the sender wrote them. */
  readonly recipients: readonly string[]
  /** The recipients' slots, for later messages; `null` if not included. */
  readonly table: SlotsOfTable | null
}

/** Slots of the names of a table. */
export interface SlotsOfTable {
  readonly id: string
  /** One per recipient, each below `TABLE_SLOTS`. */
  readonly slots: Ranges
}

/** Why received input is invalid. */
export interface Malformed {
  readonly malformed: string
}

/** More recipients than any message has: bounds the size of the header with their number. */
export const MAX_RECIPIENTS = 999_999_999

/** The longest name of a recipient, in bytes: a message that would have no room for it leaves its trace out. */
export const MAX_NAME_BYTES = 256

/** The error for a payload that leaves no room for a recipient within the server's limit. */
export function payloadTooLarge(payloadBytes: number, maxPayloadBytes: number): RegistryError {
  return new RegistryError(
    'INVALID_ARGUMENT',
    `The payload of ${payloadBytes} bytes with its headers exceeds the NATS server's limit of ${maxPayloadBytes} bytes.`,
  )
}

const NONE = headers()

/**
 * The headers of a received message, empty if it has none; `null` if they can't be decoded. Any client may
 * send invalid headers, and the library decodes them when they are first read, so only this function
 * reads `Msg.headers`.
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

/** The headers of a message to an identity's own subject. */
export function identityHeaders({ id, resendable, repeatable }: MessageMarks): MsgHdrs {
  const result = headers()
  result.set(MESSAGE_ID_HEADER, id)
  if (resendable) result.set(RESENDABLE_HEADER, '1')
  if (repeatable) result.set(REPEATABLE_HEADER, '1')
  return result
}

/**
 * The headers of a message to a gateway.
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
 * Adds the recipients' slots to a message if there is room.
 * @param room for the header, in bytes.
 * @returns whether they were added.
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

/** The size on the wire of a table header with this text, in bytes. */
export function tableHeaderBytes(text: string): number {
  return Buffer.byteLength(`${TABLE_HEADER}: ${text}\r\n`)
}

/** The size of headers on the wire, in bytes; it counts towards the server's max payload. */
export function headerBytes(messageHeaders: MsgHdrs): number {
  let bytes = 'NATS/1.0\r\n\r\n'.length
  for (const [name, values] of messageHeaders) {
    for (const value of values) bytes += Buffer.byteLength(`${name}: ${value}\r\n`)
  }
  return bytes
}

/** Encodes the body of a message by name. Identities contain no control characters, so line feeds separate them. */
export function encodeGatewayBody(payload: Uint8Array, recipients: readonly string[]): Uint8Array {
  const list = recipients.join('\n')
  const body = Buffer.allocUnsafe(payload.length + Buffer.byteLength(list))
  body.set(payload)
  body.write(list, payload.length)
  return body
}

/** Decodes the marks of a message to an identity's own subject; the id is `null` if missing. */
export function decodeMarks(
  received: MsgHdrs,
): (Omit<MessageMarks, 'id'> & { readonly id: string | null }) | Malformed {
  const id = received.has(MESSAGE_ID_HEADER) ? received.get(MESSAGE_ID_HEADER) : null
  const resendable = received.get(RESENDABLE_HEADER) === '1'
  const repeatable = received.get(REPEATABLE_HEADER) === '1'
  if (id !== null && !MESSAGE_ID.test(id)) return { malformed: `${MESSAGE_ID_HEADER} is not valid` }
  // Without an id, a resend can't be distinguished from another message.
  if (id === null && resendable) return { malformed: `${MESSAGE_ID_HEADER} is missing` }
  return { id, resendable, repeatable }
}

/** The parts of every message to a gateway. */
export interface GatewayParts extends MessageMarks {
  readonly payload: Uint8Array
  /** The rest of the body. */
  readonly rest: Uint8Array
  readonly recipientCount: number
}

/** Decodes a gateway message of this format; the parts are views of `body`. Never throws. */
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

/** Decodes a message by name; `payload` is a view of `body`. Never throws. */
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

/** The table id in a message by slot; `null` if missing or invalid. */
export function tableIdIn(received: MsgHdrs): string | null {
  const id = received.get(TABLE_HEADER)
  return TABLE_ID.test(id) ? id : null
}

/** Sets the table id of a message by slot. */
export function referToTable(messageHeaders: MsgHdrs, id: string): void {
  messageHeaders.set(TABLE_HEADER, id)
}

/** Whether a message is by slot. */
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
