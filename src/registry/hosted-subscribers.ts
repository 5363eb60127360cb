import { Backlog, type HeldMessage } from './backlog.ts'
import { isIdentity } from './identity.ts'
import type { IdentityPattern } from './identity-pattern.ts'
import type { MessageHandler, ReceivedMessage } from './messenger.ts'
import { RecentDeliveries } from './recent-deliveries.ts'
import { settledWithin } from './settled-within.ts'

/** How many (message, identity) pairs a process remembers to tell a resend from a new message. */
const REMEMBERED_DELIVERIES = 200_000

/** A subscription of one identity: an object of its own tells two with one handler function apart. */
interface OwnHandler {
  readonly handler: MessageHandler
}

/** The handler of all identities that match. */
interface PatternHandler extends OwnHandler {
  readonly pattern: IdentityPattern
}

/**
 * The subscribers that one messenger hosts, and the one place where a message meets a handler.
 * What it tells is whether the message was handled, at once or, for asynchronous handlers, later.
 */
export class HostedSubscribers {
  /** The messages that wait for these subscribers, or that their handlers hold. */
  readonly backlog: Backlog
  readonly #handlers = new Map<string, OwnHandler>()
  /** The latest first. */
  #patterns: readonly PatternHandler[] = []
  readonly #recent = new RecentDeliveries(REMEMBERED_DELIVERIES)
  readonly #running = new Set<Promise<boolean>>()

  constructor(backlog: Backlog = new Backlog()) {
    this.backlog = backlog
  }

  has(identity: string): boolean {
    return this.hasOwn(identity) || this.hasMatching(identity)
  }

  /** Whether an identity has a handler that is not a pattern's. */
  hasOwn(identity: string): boolean {
    return this.#handlers.has(identity)
  }

  /** Whether a pattern hosts an identity, or would if it had no handler of its own. */
  hasMatching(identity: string): boolean {
    return this.#patternOf(identity) !== undefined
  }

  /** Sets the handler of an identity; gives a function that takes exactly this one away. */
  add(identity: string, handler: MessageHandler): () => boolean {
    const own: OwnHandler = { handler }
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
   * Hands a message to its identity's handler; `false` if there is none or it threw. Never throws.
   * @param resendable whether the sender may send it again: then it is handled once only.
   * @param held the message in the backlog, which a handler that takes its time holds.
   */
  deliver(
    message: ReceivedMessage,
    resendable: boolean,
    held?: HeldMessage,
  ): boolean | Promise<boolean> {
    const { identity } = message
    // Where patterns host all, a lookup would only cost the hash of every name.
    const own = this.#handlers.size > 0 ? this.#handlers.get(identity) : undefined
    const found = own ?? this.#patternOf(identity)
    if (found === undefined) return false
    const { handler } = found
    if (!resendable) return this.#run(handler, message, held)

    const earlier = this.#recent.get(message.id, identity)
    if (earlier !== undefined) return earlier
    const outcome = this.#run(handler, message, held)
    if (outcome !== false) this.#recent.set(message.id, identity, outcome)
    if (typeof outcome !== 'boolean') void this.#rememberOutcome(message.id, identity, outcome)
    return outcome
  }

  /** Whether the handler of an identity is still busy with an earlier copy of a resendable message. */
  isBusyWith(messageId: string, identity: string): boolean {
    const earlier = this.#recent.get(messageId, identity)
    return earlier !== undefined && earlier !== true
  }

  /** Resolves when no handler is running, or after `patienceMs`. */
  async idle(patienceMs: number): Promise<void> {
    if (this.#running.size > 0) await settledWithin([...this.#running], patienceMs)
  }

  /** Names come from outside, and a pattern such as `*` matches also those that are not identities. */
  #patternOf(identity: string): PatternHandler | undefined {
    for (const each of this.#patterns) {
      if (each.pattern.matches(identity)) return isIdentity(identity) ? each : undefined
    }
    return undefined
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

/** `await` calls `then` once, hears its first answer only, and takes what it throws as a rejection. */
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
