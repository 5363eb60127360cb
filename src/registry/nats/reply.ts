import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import { forEachNumber, RangeBuilder, type Ranges, rangesOf } from '../targets/ranges.ts'
import { quoted } from '../text.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connection.ts'
import { encodeReceipt } from './receipt.ts'
import { ERROR_HEADER } from './wire.ts'

const INBOX = /^_INBOX(?:\.[^\s.*>]+)+$/

/**
 * Maximum size of an inbox, in bytes. A server closes the connection of a client that publishes to a
 * subject longer than its control line.
 */
const MAX_INBOX_BYTES = 256

/** Whether replies may go to a subject. Elsewhere, such as at JetStream's subjects, a reply could act as a command. */
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
      `A message to ${quoted(message.subject)} has the reply subject ${quoted(reply)}, which is not an inbox (_INBOX.…): no reply was sent.`,
    )
  }

  /** Maximum size of a body, in bytes. */
  get maxBytes(): number {
    return this.#connection.maxPayloadBytes
  }

  send(body: string, replyHeaders?: MsgHdrs): void {
    if (this.#subject === null) return
    try {
      const options = replyHeaders && { headers: replyHeaders }
      this.#connection.nats.publish(this.#subject, body, options)
    } catch {
      // The connection is closed: the sender correctly gets no receipt.
    }
  }

  /** Reports that this process lacks the names of the message and handed it to nobody. */
  lacks(recipients: number, processName: string): void {
    const receipt = { handled: [], refused: [], names: { held: false, by: processName } }
    for (const text of encodeReceipt(recipients, receipt, this.maxBytes)) this.send(text)
  }

  /** Refuses the message. @param reason printable ASCII, without received text. */
  refuse(reason: string): void {
    const refusal = headers()
    refusal.set(ERROR_HEADER, reason)
    this.send('', refusal)
  }
}

/** How long a gateway waits for running handlers before its first receipt, in ms. */
const RECEIPT_PATIENCE_MS = 50

/**
 * The receipts for one message to a gateway: a single one once every handler is done. If some take long,
 * the first receipt covers the others, and further ones cover the handlers that end in each turn of the
 * event loop, so a slow handler doesn't delay the receipts of others.
 */
export class GatewayReceipt {
  readonly #reply: Reply
  readonly #recipients: number
  readonly #holder: string | undefined
  /** Known at once. */
  readonly #handled = new RangeBuilder()
  readonly #refused = new RangeBuilder()
  /** Known later, and not yet sent. */
  #handledLate: number[] = []
  #refusedLate: number[] = []
  #running = 0
  #isNoted = false
  #isTold = false
  #isScheduled = false
  #patience: NodeJS.Timeout | undefined
  /** Called once every handler is done. */
  onDone: (() => void) | null = null

  /** @param holder the process that holds the message's names by slot, if any. */
  constructor(reply: Reply, recipients: number, holder?: string) {
    this.#reply = reply
    this.#recipients = recipients
    this.#holder = holder
  }

  /** Notes a recipient's outcome; call in the order of positions. */
  note(position: number, outcome: boolean | Promise<boolean>): void {
    if (outcome === true) this.#handled.add(position)
    else if (outcome === false) this.#refused.add(position)
    else {
      this.#running += 1
      void outcome.then((handled) => this.#end(position, handled))
    }
  }

  /** Call once, when all recipients are noted. */
  send(): void {
    this.#isNoted = true
    if (this.#running === 0) this.onDone?.()
    if (this.#running === 0) this.#sendFirst()
    else this.#patience = setTimeout(() => this.#sendFirst(), RECEIPT_PATIENCE_MS)
  }

  #end(position: number, handled: boolean): void {
    const ended = handled ? this.#handledLate : this.#refusedLate
    ended.push(position)
    this.#running -= 1
    if (this.#isNoted && this.#running === 0) this.onDone?.()
    if (this.#isTold) this.#schedule()
    else if (this.#isNoted && this.#running === 0) this.#sendFirst()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#tell(rangesOf(this.#handledLate), rangesOf(this.#refusedLate))
    })
  }

  #sendFirst(): void {
    clearTimeout(this.#patience)
    this.#isTold = true
    this.#tell(
      withLate(this.#handled.ranges, this.#handledLate),
      withLate(this.#refused.ranges, this.#refusedLate),
    )
  }

  #tell(handled: Ranges, refused: Ranges): void {
    this.#handledLate = []
    this.#refusedLate = []
    const { maxBytes } = this.#reply
    const names = this.#holder === undefined ? {} : { names: { held: true, by: this.#holder } }
    for (const text of encodeReceipt(this.#recipients, { handled, refused, ...names }, maxBytes)) {
      this.#reply.send(text)
    }
  }
}

function withLate(ranges: Ranges, late: readonly number[]): Ranges {
  if (late.length === 0) return ranges
  const all = [...late]
  forEachNumber(ranges, (position) => all.push(position))
  return rangesOf(all)
}
