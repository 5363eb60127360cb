import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connections.ts'
import { encodeReceipt } from './receipt.ts'
import { ERROR_HEADER } from './wire.ts'

const INBOX = /^_INBOX(?:\.[^\s.*>]+)+$/

/**
 * The longest inbox, in bytes. A server closes the connection of a client that publishes to a subject
 * longer than its control line.
 */
const MAX_INBOX_BYTES = 256

/** Whether replies may go to a subject. At another one, such as JetStream's, a reply could act as a command. */
export function isInbox(subject: string): boolean {
  return INBOX.test(subject) && Buffer.byteLength(subject) <= MAX_INBOX_BYTES
}

/** Answers a received message; does nothing if its reply subject is not an inbox. */
export class Reply {
  readonly #connection: Connection
  readonly #subject: string | null

  constructor(connection: Connection, message: Msg, warnings: Warnings) {
    const { reply = '' } = message
    this.#connection = connection
    this.#subject = isInbox(reply) ? reply : null
    if (this.#subject !== null || reply === '') return
    warnings.warn(
      'FOREIGN_REPLY_SUBJECT',
      `A message to ${shown(message.subject)} asks for its reply at ${shown(reply)}, which is not an inbox (_INBOX.…): it gets none.`,
    )
  }

  /** How long a body may be, in bytes. */
  get maxBytes(): number {
    return this.#connection.maxPayloadBytes
  }

  send(body: string, replyHeaders?: MsgHdrs): void {
    if (this.#subject === null) return
    try {
      const options = replyHeaders && { headers: replyHeaders }
      this.#connection.nats.publish(this.#subject, body, options)
    } catch {
      // The connection closed meanwhile: the sender correctly gets no receipt.
    }
  }

  /** Says that this process lacks the names that the message refers to, and handed it to nobody. */
  lacks(recipients: number, processName: string): void {
    const receipt = { handled: [], refused: [], names: { held: false, by: processName } }
    for (const text of encodeReceipt(recipients, receipt, this.maxBytes)) this.send(text)
  }

  /** @param reason printable ASCII, without any received text. */
  refuse(reason: string): void {
    const refusal = headers()
    refusal.set(ERROR_HEADER, reason)
    this.send('', refusal)
  }
}

/** Text from outside, quoted for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
