/**
 * Messages to a gateway by slot, wire format 3: recurring recipients are named only once.
 *
 * A sender keeps tables of the names behind a gateway, each name in a permanent slot. A message by name
 * may include the slots of its recipients; a gateway whose receipt says `holds` has noted them. From then
 * on the sender may send messages whose body is the payload followed by the recipients' slots: pairs of
 * LEB128 numbers, the slots skipped and the length of the next run minus one. Positions in receipts are
 * indexes in the order of the slots. A gateway that lacks any of the slots hands the message to nobody and
 * says `lacks`; the sender then sends the names again.
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

/** A message by slot. */
export interface SlotsMessage extends MessageMarks {
  readonly payload: Uint8Array
  readonly table: SlotsOfTable
  readonly recipientCount: number
}

/** Maximum size of a range in the body, in bytes: two numbers of 14 bits. */
const RANGE_BYTES = 4

/**
 * The number of slot ranges that are sure to fit into a message.
 * @param room for the slots after the payload and for the table's header, in bytes.
 */
export function rangesThatFit(tableId: string, room: number): number {
  return Math.max(0, Math.floor((room - tableHeaderBytes(tableId)) / RANGE_BYTES))
}

/** The headers of a message by slot. */
export function slotsHeaders(
  marks: MessageMarks,
  payloadBytes: number,
  { id, slots }: SlotsOfTable,
): MsgHdrs {
  const result = gatewayHeaders(marks, payloadBytes, countOf(slots), SLOTS_FORMAT)
  referToTable(result, id)
  return result
}

/** Encodes the body of a message by slot. */
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

/** Decodes a message by slot; `payload` is a view of `body`. Never throws. */
export function decodeSlotsMessage(received: MsgHdrs, body: Uint8Array): SlotsMessage | Malformed {
  const parts = decodeGatewayParts(received, body, SLOTS_FORMAT)
  if ('malformed' in parts) return parts
  const { id, resendable, repeatable, payload, rest, recipientCount } = parts
  const tableId = tableIdIn(received)
  if (tableId === null) return { malformed: 'it has no valid table id' }
  const slots = readSlots(rest)
  if (slots === null || countOf(slots) !== recipientCount) {
    return { malformed: `it does not have ${recipientCount} slots` }
  }
  const table = { id: tableId, slots }
  return { id, resendable, repeatable, payload, table, recipientCount }
}

/** Decodes slots; `null` if the bytes are not pairs of numbers, or a slot exceeds every table. */
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
