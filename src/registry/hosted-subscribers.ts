import type { MessageHandler, ReceivedMessage } from './messenger.ts'
import { RecentDeliveries } from './recent-deliveries.ts'
import { settledWithin } from './settled-within.ts'

/** How many (message, identity) pairs a process remembers to tell a resend from a new message. */
const REMEMBERED_DELIVERIES = 200_000

/**
 * The subscribers that one messenger hosts, and the one place where a message meets a handler.
 * What it tells is whether the message was handled, at once or, for asynchronous handlers, later.
 */
export class HostedSubscribers {
  readonly #handlers = new Map<string, MessageHandler>()
  readonly #recent = new RecentDeliveries(REMEMBERED_DELIVERIES)
  readonly #running = new Set<Promise<boolean>>()

  has(identity: string): boolean {
    return this.#handlers.has(identity)
  }

  /** Sets the handler of an identity; gives a function that takes exactly this one away. */
  add(identity: string, handler: MessageHandler): () => boolean {
    // A wrapper of its own makes two subscriptions with one handler function tell apart.
    const own: MessageHandler = (message) => handler(message)
    this.#handlers.set(identity, own)
    return () => this.#handlers.get(identity) === own && this.#handlers.delete(identity)
  }

  /**
   * Hands a message to its identity's handler; `false` if there is none or it threw.
   * @param resendable whether the sender may send it again: then it is handled once only.
   */
  deliver(message: ReceivedMessage, resendable: boolean): boolean | Promise<boolean> {
    const handler = this.#handlers.get(message.identity)
    if (handler === undefined) return false
    if (!resendable) return this.#run(handler, message)

    const earlier = this.#recent.get(message.id, message.identity)
    if (earlier !== undefined) return earlier
    const outcome = this.#run(handler, message)
    if (outcome !== false) this.#recent.set(message.id, message.identity, outcome)
    if (typeof outcome !== 'boolean') void this.#rememberOutcome(message, outcome)
    return outcome
  }

  /** Resolves when no handler is running, or after `patienceMs`. */
  async idle(patienceMs: number): Promise<void> {
    if (this.#running.size > 0) await settledWithin([...this.#running], patienceMs)
  }

  async #rememberOutcome(message: ReceivedMessage, outcome: Promise<boolean>): Promise<void> {
    if (await outcome) this.#recent.set(message.id, message.identity, true)
    else this.#recent.delete(message.id, message.identity)
  }

  #run(handler: MessageHandler, message: ReceivedMessage): boolean | Promise<boolean> {
    let returned: void | Promise<void>
    try {
      returned = handler(message)
    } catch {
      return false
    }
    if (!(returned instanceof Promise)) return true
    const outcome = returned.then(
      () => true,
      () => false,
    )
    this.#running.add(outcome)
    void outcome.then(() => this.#running.delete(outcome))
    return outcome
  }
}
