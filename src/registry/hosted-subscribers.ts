import type { IdentityPattern } from './identity-pattern.ts'
import type { MessageHandler, ReceivedMessage } from './messenger.ts'
import { RecentDeliveries } from './recent-deliveries.ts'
import { settledWithin } from './settled-within.ts'

/** How many (message, identity) pairs a process remembers to tell a resend from a new message. */
const REMEMBERED_DELIVERIES = 200_000

/** The handler of all identities that match. */
interface PatternHandler {
  readonly pattern: IdentityPattern
  readonly handler: MessageHandler
}

/**
 * The subscribers that one messenger hosts, and the one place where a message meets a handler.
 * What it tells is whether the message was handled, at once or, for asynchronous handlers, later.
 */
export class HostedSubscribers {
  readonly #handlers = new Map<string, MessageHandler>()
  /** The latest first. */
  #patterns: readonly PatternHandler[] = []
  readonly #recent = new RecentDeliveries(REMEMBERED_DELIVERIES)
  readonly #running = new Set<Promise<boolean>>()

  has(identity: string): boolean {
    return this.hasOwn(identity) || this.hasMatching(identity)
  }

  /** Whether an identity has a handler that is not a pattern's. */
  hasOwn(identity: string): boolean {
    return this.#handlers.has(identity)
  }

  /** Whether a pattern hosts an identity, or would if it had no handler of its own. */
  hasMatching(identity: string): boolean {
    return this.#patterns.some(({ pattern }) => pattern.matches(identity))
  }

  /** Sets the handler of an identity; gives a function that takes exactly this one away. */
  add(identity: string, handler: MessageHandler): () => boolean {
    // A wrapper of its own makes two subscriptions with one handler function tell apart.
    const own: MessageHandler = (message) => handler(message)
    this.#handlers.set(identity, own)
    return () => this.#handlers.get(identity) === own && this.#handlers.delete(identity)
  }

  /** As `add`, for all identities that match and have no handler of their own; the latest pattern first. */
  addMatching(pattern: IdentityPattern, handler: MessageHandler): () => boolean {
    const own: PatternHandler = { pattern, handler }
    const others = this.#patterns.filter((each) => each.pattern.text !== pattern.text)
    this.#patterns = [own, ...others]
    return () => {
      const before = this.#patterns
      this.#patterns = before.filter((each) => each !== own)
      return this.#patterns.length < before.length
    }
  }

  /**
   * Hands a message to its identity's handler; `false` if there is none or it threw.
   * @param resendable whether the sender may send it again: then it is handled once only.
   */
  deliver(message: ReceivedMessage, resendable: boolean): boolean | Promise<boolean> {
    const handler = this.#handlerOf(message.identity)
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

  #handlerOf(identity: string): MessageHandler | undefined {
    const own = this.#handlers.get(identity)
    return own ?? this.#patterns.find(({ pattern }) => pattern.matches(identity))?.handler
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
