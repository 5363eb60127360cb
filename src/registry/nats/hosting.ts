import { headers, type Msg, nuid } from '@nats-io/transport-node'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import {
  decodeGatewayBody,
  encodeReceipt,
  ERROR_HEADER,
  MESSAGE_ID_HEADER,
  PAYLOAD_BYTES_HEADER,
  type ReceiptLine,
  RESENDABLE_HEADER,
} from './wire.ts'

/** How long one turn of the event loop may go on handing messages to handlers, in ms. */
const TURN_BUDGET_MS = 2

/** After how long a gateway sends a first receipt although some handlers are still running, in ms. */
const RECEIPT_PATIENCE_MS = 50

/** Answers a message to an identity's own subject once its handler is done. */
export function answerIdentityMessage(
  subscribers: HostedSubscribers,
  identity: string,
  message: Msg,
): void {
  const outcome = subscribers.deliver(
    {
      id: message.headers?.get(MESSAGE_ID_HEADER) || nuid.next(),
      identity,
      payload: message.data,
    },
    message.headers?.has(RESENDABLE_HEADER) ?? false,
  )
  if (typeof outcome === 'boolean') answer(message, outcome)
  else void outcome.then((handled) => answer(message, handled))
}

function answer(message: Msg, handled: boolean): void {
  if (handled) reply(message, '')
  else refuse(message, 'not handled')
}

function refuse(message: Msg, reason: string): void {
  const refusal = headers()
  refusal.set(ERROR_HEADER, reason)
  reply(message, '', refusal)
}

function reply(message: Msg, body: string, replyHeaders?: ReturnType<typeof headers>): void {
  if (!message.reply) return
  try {
    message.respond(body, replyHeaders && { headers: replyHeaders })
  } catch {
    // The connection closed meanwhile: the sender gets no receipt, which is the truth.
  }
}

/** Hands the messages of a gateway to the subscribers behind it, in the order they came. */
export class GatewayInbox {
  readonly #subscribers: HostedSubscribers
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #waiting: Msg[] = []
  #working: Promise<void> | null = null

  constructor(subscribers: HostedSubscribers) {
    this.#subscribers = subscribers
  }

  accept(message: Msg): void {
    this.#waiting.push(message)
    this.#working ??= this.#work()
  }

  /** Resolves when everything accepted has been handed to its handlers. */
  async idle(): Promise<void> {
    await this.#working
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#handOut(next)
    }
    this.#working = null
  }

  async #handOut(message: Msg): Promise<void> {
    const id = message.headers?.get(MESSAGE_ID_HEADER) ?? ''
    let body: ReturnType<typeof decodeGatewayBody>
    try {
      body = decodeGatewayBody(message.data, message.headers?.get(PAYLOAD_BYTES_HEADER) ?? '')
    } catch (error) {
      refuse(message, error instanceof Error ? error.message : 'not a gateway message')
      return
    }
    const resendable = message.headers?.has(RESENDABLE_HEADER) ?? false
    const refused: ReceiptLine[] = []
    const running = new Map<string, Promise<boolean>>()
    for (const [index, identity] of body.identities.entries()) {
      if (index % 32 === 31 && this.#budget.exhausted) await this.#budget.renew()
      const received = { id, identity, payload: body.payload }
      const outcome = this.#subscribers.deliver(received, resendable)
      if (outcome === false) refused.push({ state: 'refused', identity })
      else if (outcome !== true) running.set(identity, outcome)
    }
    if (running.size === 0) reply(message, encodeReceipt(refused))
    else void answerWhenDone(message, refused, running)
  }
}

/**
 * Sends one receipt when every handler is done; if some take long, a first one for the others and
 * then one for each as it ends, so that a slow handler delays nobody else's receipt.
 */
async function answerWhenDone(
  message: Msg,
  refused: readonly ReceiptLine[],
  running: ReadonlyMap<string, Promise<boolean>>,
): Promise<void> {
  const lines = [...refused]
  const slow = new Set(running.keys())
  let answered = false
  const first = (): void => {
    if (answered) return
    answered = true
    for (const identity of slow) lines.push({ state: 'running', identity })
    reply(message, encodeReceipt(lines))
  }
  const timer = setTimeout(first, RECEIPT_PATIENCE_MS)
  await Promise.all(
    Array.from(running, async ([identity, outcome]) => {
      const state = (await outcome) ? 'handled' : 'refused'
      slow.delete(identity)
      if (answered) reply(message, encodeReceipt([{ state, identity }]))
      else if (state === 'refused') lines.push({ state, identity })
    }),
  )
  clearTimeout(timer)
  first()
}
