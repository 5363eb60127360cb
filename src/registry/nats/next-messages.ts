import type { MsgHdrs } from '@nats-io/transport-node'
import type { SpanContext } from '@opentelemetry/api'
import { writeTrace } from '../telemetry/trace-headers.ts'
import { isIdentity } from '../identity.ts'
import { type Lane, nextPiece, type Piece } from '../lanes.ts'
import { countOf, type Ranges } from '../targets/ranges.ts'
import type { HeldNames } from './held-names.ts'
import { encodeSlotsBody, rangesThatFit, slotsHeaders } from './slots-message.ts'
import type { Subjects } from './subjects.ts'
import {
  encodeGatewayBody,
  gatewayHeaders,
  identityHeaders,
  MAX_TABLE_HEADER_BYTES,
  type MessageMarks,
  tellSlots,
} from './wire.ts'

/** A message to publish. */
export interface NextMessage {
  readonly state: 'sendable'
  readonly subject: string
  /** The recipients' slots, in the order of positions in receipts. */
  readonly part: number
  readonly slots: Ranges
  readonly count: number
  readonly how: 'by subject' | 'by name' | 'by slot'
  /** Whether it tells the gateway the slots of its names, for later messages. */
  readonly tells: boolean
  readonly body: Uint8Array
  readonly headers: MsgHdrs
}

/** Targets that no message can reach. */
interface Unsendable {
  readonly state: 'unsendable'
  readonly part: number
  readonly slots: Ranges
}

/** Makes the messages of one multicast: by slot where the gateway holds the names, otherwise by name. */
export class NextMessages {
  readonly #payload: Uint8Array
  readonly #marks: MessageMarks
  readonly #subjects: Subjects
  readonly #heldNames: HeldNames | null
  #identityHeaders: MsgHdrs

  /**
   * @param heldNames `null` to send everything by name: without receipts, a gateway can't report that it
   *   lacks the names.
   */
  constructor(
    payload: Uint8Array,
    marks: MessageMarks,
    subjects: Subjects,
    heldNames: HeldNames | null,
  ) {
    this.#payload = payload
    this.#marks = marks
    this.#subjects = subjects
    this.#heldNames = heldNames
    this.#identityHeaders = identityHeaders(marks)
  }

  /** The trace that messages to identities' own subjects carry; `null` for none. All of a multicast carry the same. */
  set trace(carried: SpanContext | null) {
    this.#identityHeaders = identityHeaders(this.#marks)
    if (carried !== null) writeTrace(this.#identityHeaders, carried)
  }

  /**
   * Takes a lane's next message; `null` once everything is sent.
   * @param room for the names or slots after the payload, and for further headers, in bytes.
   */
  take(lane: Lane, room: number): NextMessage | Unsendable | null {
    const piece = nextPiece(lane)
    if (piece === undefined) return null
    if (lane.gateway === null) return this.#bySubject(piece)
    const { table } = piece
    const heldNames = piece.byName ? null : this.#heldNames
    const held = heldNames?.heldOf(table) ?? null
    heldNames?.noteMessage(table)
    const slots = held === null ? [] : piece.takeThose(held, rangesThatFit(table.id, room))
    return slots.length > 0
      ? this.#bySlot(lane.gateway, piece, slots)
      : this.#byName(lane.gateway, piece, room)
  }

  #bySubject(piece: Piece): NextMessage | Unsendable {
    const identity = piece.first
    const { part } = piece
    const slots = piece.takeOne()
    if (!isIdentity(identity)) return { state: 'unsendable', part, slots }
    return {
      state: 'sendable',
      how: 'by subject',
      tells: false,
      subject: this.#subjects.identity(identity),
      part,
      slots,
      count: 1,
      body: this.#payload,
      headers: this.#identityHeaders,
    }
  }

  #bySlot(subject: string, { part, table }: Piece, slots: Ranges): NextMessage {
    return {
      state: 'sendable',
      how: 'by slot',
      tells: false,
      subject,
      part,
      slots,
      count: countOf(slots),
      body: encodeSlotsBody(this.#payload, slots),
      headers: slotsHeaders(this.#marks, this.#payload.length, { id: table.id, slots }),
    }
  }

  #byName(subject: string, piece: Piece, room: number): NextMessage | Unsendable {
    const { part, table } = piece
    const mayTell = this.#heldNames !== null && table.isLasting && table.gateway === subject
    const hasMuchRoom = mayTell && room >= 2 * MAX_TABLE_HEADER_BYTES
    const roomForNames = hasMuchRoom ? room - MAX_TABLE_HEADER_BYTES : room
    const { slots, names } = piece.takeBatch(roomForNames, this.#payload.length)
    if (names.length === 0) return { state: 'unsendable', part, slots }
    const headers = gatewayHeaders(this.#marks, this.#payload.length, names.length)
    const body = encodeGatewayBody(this.#payload, names)
    const roomLeft = room - (body.length - this.#payload.length)
    const tells = mayTell && tellSlots(headers, { id: table.id, slots }, roomLeft)
    return {
      state: 'sendable',
      how: 'by name',
      tells,
      subject,
      part,
      slots,
      count: names.length,
      body,
      headers,
    }
  }
}
