import { type Msg, type MsgHdrs, nuid } from '@nats-io/transport-node'
import type { HeldMessage } from '../backlog.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import { context, type Span } from '@opentelemetry/api'
import { receivedContext } from '../telemetry/message-spans.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connection.ts'
import { GatewayReceipt, Reply } from './reply.ts'
import {
  receivedHeaders,
  decodeGatewayMessage,
  decodeMarks,
  isToSlots,
  type Malformed,
  type MessageMarks,
} from './wire.ts'
import { quoted } from '../text.ts'
import { decodeSlotsMessage } from './slots-message.ts'
import { ToldTables } from './told-tables.ts'

/** Maximum time per turn of the event loop for handing out messages, in ms. */
const TURN_BUDGET_MS = 2

const NO_HEADERS = { get: () => '' }

const BAD_HEADERS: Malformed = { malformed: 'its headers are not valid' }

/** An accepted message that waits for handlers. */
interface Accepted {
  readonly message: Msg
  readonly reply: Reply
  readonly held: HeldMessage
}

/** The recipients of one message. */
interface Recipients {
  readonly count: number
  readonly nameAt: (position: number) => string
  readonly deliverAt: (
    position: number,
    message: { readonly id: string; readonly payload: Uint8Array },
    resendable: boolean,
    held: HeldMessage,
  ) => boolean | Promise<boolean>
}

/** Hands received messages to their subscribers and answers them. Never throws, whatever the input. */
export class Hosting {
  readonly #subscribers: HostedSubscribers
  readonly #warnings: Warnings
  readonly #telemetry: Telemetry
  readonly #told: ToldTables
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  #waiting: Accepted[] = []
  #working: Promise<void> | null = null

  constructor(
    subscribers: HostedSubscribers,
    warnings: Warnings,
    telemetry: Telemetry = Telemetry.off,
  ) {
    this.#subscribers = subscribers
    this.#told = new ToldTables(subscribers.numbering)
    this.#warnings = warnings
    this.#telemetry = telemetry
  }

  /** Accepts a message to an identity's own subject; answers it once the handler is done. */
  acceptForIdentity(identity: string, message: Msg, connection: Connection): void {
    const accepted = this.#admit(message, connection)
    if (accepted === null) return
    const { reply, held } = accepted
    const headers = receivedHeaders(message)
    const marks = headers === null ? BAD_HEADERS : decodeMarks(headers)
    if ('malformed' in marks) this.#refuse(accepted, marks)
    else {
      const { id, resendable } = marks
      // The answer to the first copy covers this one.
      if (id === null || !resendable || !this.#subscribers.isBusyWith(id, identity)) {
        const received = { id: id ?? nuid.next(), identity, payload: ownBytes(message.data) }
        const outcome = context.with(receivedContext(headers ?? NO_HEADERS), () =>
          this.#subscribers.deliver(received, resendable, held),
        )
        if (typeof outcome === 'boolean') answer(reply, outcome)
        else void outcome.then((handled) => answer(reply, handled))
      }
    }
    held.handedOut()
  }

  /** Accepts a message to the gateway; messages are handed out in order of arrival. */
  acceptForGateway(message: Msg, connection: Connection): void {
    const accepted = this.#admit(message, connection)
    if (accepted === null) return
    this.#waiting.push(accepted)
    this.#working ??= this.#work()
  }

  /** Resolves once all accepted messages have been handed to their handlers. */
  async idle(): Promise<void> {
    await this.#working
  }

  #admit(message: Msg, connection: Connection): Accepted | null {
    const reply = new Reply(connection, message, this.#warnings)
    const held = this.#subscribers.backlog.admit(message.data.length)
    if (held !== null) return { message, reply, held }
    reply.refuse('busy: too many messages wait for handlers')
    return null
  }

  #refuse({ message, reply }: Accepted, { malformed }: Malformed): void {
    reply.refuse(`not a message of wire format 2: ${malformed.replaceAll(/[^ -~]/g, '?')}`)
    this.#warnings.warn(
      'MALFORMED_MESSAGE',
      `A message to ${quoted(message.subject)} was refused: ${malformed}.`,
    )
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.toReversed()
      this.#waiting = []
      for (let next = batch.pop(); next !== undefined; next = batch.pop()) {
        try {
          await this.#handOut(next)
        } catch (error) {
          this.#refuse(next, { malformed: String(error) })
        } finally {
          next.held.handedOut()
        }
      }
    }
    this.#working = null
  }

  async #handOut(accepted: Accepted): Promise<void> {
    const { message, reply } = accepted
    const headers = receivedHeaders(message)
    if (headers === null) this.#refuse(accepted, BAD_HEADERS)
    else if (isToSlots(headers)) {
      const decoded = decodeSlotsMessage(headers, message.data)
      if ('malformed' in decoded) return this.#refuse(accepted, decoded)
      const { table, recipientCount } = decoded
      const numbers = this.#told.numbersOf(table)
      if (numbers === null) return reply.lacks(recipientCount, this.#told.processName)
      const receipt = new GatewayReceipt(reply, recipientCount, this.#told.processName)
      await this.#handOutTo(accepted, headers, decoded, receipt, this.#byNumber(numbers))
    } else {
      const decoded = decodeGatewayMessage(headers, message.data)
      if ('malformed' in decoded) return this.#refuse(accepted, decoded)
      const { table, recipients } = decoded
      const isHeld = table !== null && this.#told.tell(table, recipients)
      const holder = isHeld ? this.#told.processName : undefined
      const receipt = new GatewayReceipt(reply, recipients.length, holder)
      await this.#handOutTo(accepted, headers, decoded, receipt, this.#byName(recipients))
    }
  }

  /** Hands a message out in its sender's trace. */
  #handOutTo(
    accepted: Accepted,
    headers: MsgHdrs,
    message: MessageMarks & { readonly payload: Uint8Array },
    receipt: GatewayReceipt,
    recipients: Recipients,
  ): Promise<void> {
    const { subject } = accepted.message
    const facts = { subject, id: message.id, recipients: recipients.count }
    return this.#telemetry.processing(receivedContext(headers), facts, (span) =>
      this.#deliverAll(accepted, message, receipt, recipients, span),
    )
  }

  async #deliverAll(
    { held }: Accepted,
    { id, resendable, payload: received }: MessageMarks & { readonly payload: Uint8Array },
    receipt: GatewayReceipt,
    { count, nameAt, deliverAt }: Recipients,
    span: Span | null,
  ): Promise<void> {
    const message = { id, payload: ownBytes(received) }
    for (let position = 0; position < count; position += 1) {
      if (position % 32 === 31 && this.#budget.check()) await this.#budget.renew()
      // The receipt for the first copy covers this one.
      if (resendable && this.#subscribers.isBusyWith(id, nameAt(position))) continue
      receipt.note(position, deliverAt(position, message, resendable, held))
    }
    if (span !== null) receipt.onDone = () => span.end()
    receipt.send()
  }

  #byName(names: readonly string[]): Recipients {
    const nameAt = (position: number): string => names[position] ?? ''
    return {
      count: names.length,
      nameAt,
      deliverAt: (position, { id, payload }, resendable, held) =>
        this.#subscribers.deliver({ id, identity: nameAt(position), payload }, resendable, held),
    }
  }

  #byNumber(numbers: Int32Array): Recipients {
    const { numbering } = this.#subscribers
    const { names, generation } = numbering
    const nameAt = (position: number): string => names[numbers[position] ?? -1] ?? ''
    return {
      count: numbers.length,
      nameAt,
      deliverAt: (position, message, resendable, held) =>
        numbering.generation === generation
          ? this.#subscribers.deliverTo(numbers[position] ?? -1, message, resendable, held)
          : this.#subscribers.deliver({ ...message, identity: nameAt(position) }, resendable, held),
    }
  }
}

/** Copies bytes that are a small part of a network read, which a handler would otherwise keep in memory. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length + 1024 ? Buffer.from(bytes) : bytes
}

function answer(reply: Reply, handled: boolean): void {
  if (handled) reply.send('')
  else reply.refuse('not handled')
}
