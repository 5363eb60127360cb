import { Backlog, type HeldMessage } from './backlog.ts'
import type { IdentityPattern } from './identity-pattern.ts'
import type { MessageHandler, ReceivedMessage } from './messenger.ts'
import { NameNumbering, type NameNumbers } from './name-numbering.ts'
import { PatternHandlers } from './pattern-handlers.ts'
import { RecentDeliveries } from './recent-deliveries.ts'
import { settledWithin } from './waiting.ts'

/** Number of (message, identity) pairs that a process remembers to recognise resends. */
const REMEMBERED_DELIVERIES = 200_000

/** One subscription; an object, so two subscriptions with the same handler differ. */
export interface SubscribedHandler {
  readonly handler: MessageHandler
}

/** A message for one identity. */
export type DeliveredMessage = Omit<ReceivedMessage, 'index'>

/**
 * The subscribers that one messenger hosts: the only place that calls handlers. It reports whether a
 * message was handled, at once or, for asynchronous handlers, later.
 */
export class HostedSubscribers {
  /** The messages that wait for these subscribers or are held by their handlers. */
  readonly backlog: Backlog
  readonly #numbering = new NameNumbering<SubscribedHandler>()
  readonly #patterns = new PatternHandlers()
  readonly #recent = new RecentDeliveries(REMEMBERED_DELIVERIES)
  readonly #running = new Set<Promise<boolean>>()

  constructor(backlog: Backlog = new Backlog()) {
    this.backlog = backlog
  }

  /** The numbers of names in messages. */
  get numbering(): NameNumbers {
    return this.#numbering
  }

  has(identity: string): boolean {
    return this.hasOwn(identity) || this.hasMatching(identity)
  }

  /** Whether an identity has its own handler. */
  hasOwn(identity: string): boolean {
    return this.#numbering.get(identity) !== undefined
  }

  /** Whether a pattern matches an identity, even if it has its own handler. */
  hasMatching(identity: string): boolean {
    return this.#patterns.find(identity) !== undefined
  }

  /**
   * Sets the handler of an identity.
   * @param index the `index` of its messages.
   */
  add(identity: string, subscribed: SubscribedHandler, index = 0): void {
    this.#numbering.set(identity, subscribed, index)
  }

  /** Removes the handler if this subscription set it; otherwise returns `false`. */
  remove(identity: string, subscribed: SubscribedHandler): boolean {
    return this.#numbering.get(identity)?.value === subscribed && this.#numbering.delete(identity)
  }

  /** Like `add`, for all matching identities without their own handler; the latest pattern takes precedence. */
  addMatching(pattern: IdentityPattern, handler: MessageHandler): () => boolean {
    return this.#patterns.add(pattern, handler)
  }

  /**
   * Hands a message to its identity's handler; returns `false` without a handler or if it threw. Never throws.
   * @param resendable whether the sender may resend the message; then it is handled only once.
   * @param held the message in the backlog, held while its handler runs.
   */
  deliver(
    message: DeliveredMessage,
    resendable: boolean,
    held?: HeldMessage,
  ): boolean | Promise<boolean> {
    const { id, identity, payload } = message
    const own = this.#numbering.get(identity)
    if (own !== undefined) {
      const { index, value } = own
      return this.#hand(value, { id, identity, index, payload }, resendable, held)
    }
    const found = this.#patterns.find(identity)
    if (found === undefined) return false
    return this.#hand(found, { id, identity, index: 0, payload }, resendable, held)
  }

  /**
   * Like `deliver`, by the number of the name, which avoids a look-up.
   * @param number from the current generation of `numbering`.
   */
  deliverTo(
    number: number,
    { id, payload }: Pick<DeliveredMessage, 'id' | 'payload'>,
    resendable: boolean,
    held?: HeldMessage,
  ): boolean | Promise<boolean> {
    const identity = this.#numbering.names[number] ?? ''
    const own = this.#numbering.valueOf(number)
    if (own === undefined) return this.deliver({ id, identity, payload }, resendable, held)
    const index = this.#numbering.indexOf(number)
    return this.#hand(own, { id, identity, index, payload }, resendable, held)
  }

  #hand(
    { handler }: SubscribedHandler,
    message: ReceivedMessage,
    resendable: boolean,
    held: HeldMessage | undefined,
  ): boolean | Promise<boolean> {
    if (!resendable) return this.#run(handler, message, held)
    const { id, identity } = message
    const earlier = this.#recent.get(id, identity)
    if (earlier !== undefined) return earlier
    const outcome = this.#run(handler, message, held)
    if (outcome !== false) this.#recent.set(id, identity, outcome)
    if (typeof outcome !== 'boolean') void this.#rememberOutcome(id, identity, outcome)
    return outcome
  }

  /** Whether the handler of an identity is still running for an earlier copy of a resendable message. */
  isBusyWith(messageId: string, identity: string): boolean {
    const earlier = this.#recent.get(messageId, identity)
    return earlier !== undefined && earlier !== true
  }

  /** Resolves once no handler is running, or after `patienceMs`. */
  async idle(patienceMs: number): Promise<void> {
    if (this.#running.size > 0) await settledWithin([...this.#running], patienceMs)
  }

  async #rememberOutcome(id: string, identity: string, outcome: Promise<boolean>): Promise<void> {
    if (await outcome) this.#recent.set(id, identity, true)
    else this.#recent.delete(id, identity)
  }

  #run(
    handler: MessageHandler,
    message: ReceivedMessage,
    held: HeldMessage | undefined,
  ): boolean | Promise<boolean> {
    let returned: unknown
    try {
      returned = handler(message)
      if (!isThenable(returned)) return true
    } catch {
      return false
    }
    const outcome = isFulfilled(returned)
    held?.hold()
    this.#running.add(outcome)
    void outcome.then(() => {
      held?.letGo()
      this.#running.delete(outcome)
    })
    return outcome
  }
}

/** Uses `await`, which calls `then` once, accepts only its first answer, and treats an exception as a rejection. */
async function isFulfilled(returned: PromiseLike<unknown>): Promise<boolean> {
  try {
    await returned
    return true
  } catch {
    return false
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === undefined) return false
  if (value instanceof Promise) return true
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false
  return 'then' in value && typeof value.then === 'function'
}
