/**
 * Messages to a gateway by slots, wire format 3, so that who is sent to over and over is named once.
 *
 * A sender keeps tables of the names behind a gateway, each name in a slot for good. A message to names
 * may tell the slots of its recipients; a gateway whose receipts say `holds` has noted them. From then on the
 * sender may send it messages whose body is the payload, and then the recipients' slots: pairs of numbers,
 * how many slots are skipped and how many then follow each other less one, in LEB128. Positions in
 * receipts are places in the order of the slots. A gateway that doesn't hold every one of them hands
 * the message to nobody and says `lacks`; then the sender names them again.
 */
import type { MsgHdrs } from '@nats-io/transport-node'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { countOf, type Ranges } from '../targets/ranges.ts'
import {
  decodeGatewayParts,
  gatewayHeaders,
  type Malformed,
  type MessageMarks,
  referToTable,
  SLOTS_FORMAT,
  type SlotsOfTable,
  tableHeaderBytes,
  tableIdIn,
} from './wire.ts'

/** A message to slots. */
export interface SlotsMessage extends MessageMarks {
  readonly payload: Uint8Array
  readonly table: SlotsOfTable
  readonly recipientCount: number
}

/** The most bytes that a range takes in the body: two numbers of 14 bits. */
const RANGE_BYTES = 4

/**
 * How many ranges of slots fit into a message, at least.
 * @param room for what follows the payload and for the table's header, in bytes.
 */
export function rangesThatFit(tableId: string, room: number): number {
  return Math.max(0, Math.floor((room - tableHeaderBytes(tableId)) / RANGE_BYTES))
}

/** Headers of a message to slots. */
export function slotsHeaders(
  marks: MessageMarks,
  payloadBytes: number,
  { id, slots }: SlotsOfTable,
): MsgHdrs {
  const result = gatewayHeaders(marks, payloadBytes, countOf(slots), SLOTS_FORMAT)
  referToTable(result, id)
  return result
}

/** The body of a message to slots. */
export function encodeSlotsBody(payload: Uint8Array, slots: Ranges): Uint8Array {
  const bytes: number[] = []
  let end = 0
  for (let index = 0; index < slots.length; index += 2) {
    const first = slots[index] ?? 0
    const last = slots[index + 1] ?? -1
    pushNumber(bytes, first - end)
    pushNumber(bytes, last - first)
    end = last + 1
  }
  const body = new Uint8Array(payload.length + bytes.length)
  body.set(payload)
  body.set(bytes, payload.length)
  return body
}

/** A message to slots, taken apart; `payload` is a view of `body`. Never throws. */
export function decodeSlotsMessage(received: MsgHdrs, body: Uint8Array): SlotsMessage | Malformed {
  const parts = decodeGatewayParts(received, body, SLOTS_FORMAT)
  if ('malformed' in parts) return parts
  const { id, resendable, repeatable, payload, rest, recipientCount } = parts
  const tableId = tableIdIn(received)
  if (tableId === null) return { malformed: 'it names no table' }
  const slots = readSlots(rest)
  if (slots === null || countOf(slots) !== recipientCount) {
    return { malformed: `it does not have ${recipientCount} slots` }
  }
  const table = { id: tableId, slots }
  return { id, resendable, repeatable, payload, table, recipientCount }
}

/** `null` if the bytes are not pairs of numbers, or a slot is beyond every table. */
function readSlots(bytes: Uint8Array): Ranges | null {
  const slots: number[] = []
  let end = 0
  let value = 0
  let shift = 0
  let first: number | null = null
  for (const byte of bytes) {
    value += (byte & 0x7f) << shift
    shift += 7
    if (value > TABLE_SLOTS || shift > 21) return null
    if (byte >= 0x80) continue
    if (first === null) first = end + value
    else {
      const last = first + value
      if (last >= TABLE_SLOTS) return null
      slots.push(first, last)
      end = last + 1
      first = null
    }
    value = 0
    shift = 0
  }
  return shift === 0 && first === null ? slots : null
}

function pushNumber(bytes: number[], number: number): void {
  let rest = number
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
}
