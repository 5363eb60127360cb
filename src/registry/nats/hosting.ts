import { type Msg, nuid } from '@nats-io/transport-node'
import type { HeldMessage } from '../backlog.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connections.ts'
import { GatewayReceipt } from './gateway-receipt.ts'
import { receivedHeaders } from './received-headers.ts'
import { Reply, shown } from './reply.ts'
import { decodeGatewayMessage, decodeMarks, type Malformed } from './wire.ts'

/** How long one turn of the event loop may go on handing messages to handlers, in ms. */
const TURN_BUDGET_MS = 2

const BAD_HEADERS: Malformed = { malformed: 'its headers are not valid' }

/** A message that was taken in, and waits for its handlers. */
interface Accepted {
  readonly message: Msg
  readonly reply: Reply
  readonly held: HeldMessage
}

/** Hands received messages to their subscribers, and answers them. Nothing that is received makes it throw. */
export class Hosting {
  readonly #subscribers: HostedSubscribers
  readonly #warnings: Warnings
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  #waiting: Accepted[] = []
  #working: Promise<void> | null = null

  constructor(subscribers: HostedSubscribers, warnings: Warnings) {
    this.#subscribers = subscribers
    this.#warnings = warnings
  }

  /** Takes a message to an identity's own subject, and answers it once its handler is done. */
  acceptForIdentity(identity: string, message: Msg, connection: Connection): void {
    const accepted = this.#admit(message, connection)
    if (accepted === null) return
    const { reply, held } = accepted
    const headers = receivedHeaders(message)
    const marks = headers === null ? BAD_HEADERS : decodeMarks(headers)
    if ('malformed' in marks) this.#refuse(accepted, marks)
    else {
      const { id, resendable } = marks
      // The answer to the copy that came first will be the answer to this one.
      if (id === null || !resendable || !this.#subscribers.isBusyWith(id, identity)) {
        const received = { id: id ?? nuid.next(), identity, payload: ownBytes(message.data) }
        const outcome = this.#subscribers.deliver(received, resendable, held)
        if (typeof outcome === 'boolean') answer(reply, outcome)
        else void outcome.then((handled) => answer(reply, handled))
      }
    }
    held.handedOut()
  }

  /** Takes a message to the gateway; they are handed out in the order they came. */
  acceptForGateway(message: Msg, connection: Connection): void {
    const accepted = this.#admit(message, connection)
    if (accepted === null) return
    this.#waiting.push(accepted)
    this.#working ??= this.#work()
  }

  /** Resolves when everything accepted has been handed to its handlers. */
  async idle(): Promise<void> {
    await this.#working
  }

  #admit(message: Msg, connection: Connection): Accepted | null {
    const reply = new Reply(connection, message, this.#warnings)
    const held = this.#subscribers.backlog.admit(message.data.length)
    if (held !== null) return { message, reply, held }
    reply.refuse('busy: too many messages wait for their handlers')
    return null
  }

  #refuse({ message, reply }: Accepted, { malformed }: Malformed): void {
    reply.refuse(`not a message of wire format 2: ${malformed.replaceAll(/[^ -~]/g, '?')}`)
    this.#warnings.warn(
      'MALFORMED_MESSAGE',
      `A message to ${shown(message.subject)} was refused: ${malformed}.`,
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
    const { message, reply, held } = accepted
    const headers = receivedHeaders(message)
    const decoded = headers === null ? BAD_HEADERS : decodeGatewayMessage(headers, message.data)
    if ('malformed' in decoded) {
      this.#refuse(accepted, decoded)
      return
    }
    const { id, resendable, recipients } = decoded
    const payload = ownBytes(decoded.payload)
    const receipt = new GatewayReceipt(reply, recipients.length)
    let position = -1
    for (const identity of recipients) {
      position += 1
      if (position % 32 === 31 && this.#budget.exhausted) await this.#budget.renew()
      // The receipt for the copy that came first will tell of this one.
      if (resendable && this.#subscribers.isBusyWith(id, identity)) continue
      const received = { id, identity, payload }
      receipt.note(position, this.#subscribers.deliver(received, resendable, held))
    }
    receipt.send()
  }
}

/** A copy if the bytes are a small part of what was read from the network, which a handler would hold. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length + 1024 ? Buffer.from(bytes) : bytes
}

function answer(reply: Reply, handled: boolean): void {
  if (handled) reply.send('')
  else reply.refuse('not handled')
}
