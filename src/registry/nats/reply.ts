import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connections.ts'
import { ERROR_HEADER } from './wire.ts'

const INBOX = /^_INBOX(?:\.[^\s.*>]+)+$/

/**
 * How long an inbox may be, in bytes. A server closes the connection of whoever publishes to a subject
 * that is longer than its control line.
 */
const MAX_INBOX_BYTES = 256

/** Where replies may go. Anything else could be a subject that obeys them, such as those of JetStream. */
export function isInbox(subject: string): boolean {
  return INBOX.test(subject) && Buffer.byteLength(subject) <= MAX_INBOX_BYTES
}

/** What a received message is answered with; nothing if it doesn't ask for an answer at an inbox. */
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
      // The connection closed meanwhile: the sender gets no receipt, which is the truth.
    }
  }

  /** @param reason printable ASCII; nothing of what was received. */
  refuse(reason: string): void {
    const refusal = headers()
    refusal.set(ERROR_HEADER, reason)
    this.send('', refusal)
  }
}

/** Text from outside, for a message to people. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
