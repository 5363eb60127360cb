import type { HostedSubscribers } from '../hosted-subscribers.ts'
import type { OutgoingMessage } from '../messenger.ts'

/** How often what was not handled is tried again, in ms. */
const RETRY_MS = 100

/** One message kept, and who has still to handle it. */
interface Kept {
  readonly message: OutgoingMessage
  readonly expiresAt: number
  readonly open: Set<string>
  readonly onHandled: (identity: string) => void
}

/**
 * Keeps the exactly-once messages of one gateway until its subscribers have handled them, whoever
 * serves it, and remembers them for the retention, so that none is handled again.
 */
export class Mailbox {
  readonly #kept = new Map<string, Kept>()
  #subscribers: HostedSubscribers | null = null
  #timer: NodeJS.Timeout | undefined

  /** Starts handing messages to these subscribers, in place of any earlier ones. */
  serve(subscribers: HostedSubscribers): void {
    this.#subscribers = subscribers
    this.#handOut()
  }

  /** Stops handing messages to these subscribers. */
  leave(subscribers: HostedSubscribers): void {
    if (this.#subscribers === subscribers) this.#subscribers = null
  }

  /** Keeps a message for identities; a message id that is known already is not kept again. */
  keep(
    message: OutgoingMessage,
    identities: readonly string[],
    retentionMs: number,
    onHandled: (identity: string) => void,
  ): void {
    if (!this.#kept.has(message.id)) {
      const expiresAt = performance.now() + retentionMs
      this.#kept.set(message.id, { message, expiresAt, open: new Set(identities), onHandled })
    }
    this.#handOut()
  }

  #handOut(): void {
    const now = performance.now()
    let waiting = false
    for (const [id, kept] of this.#kept) {
      if (kept.expiresAt <= now) this.#kept.delete(id)
      else if (kept.open.size > 0) {
        waiting = true
        for (const identity of kept.open) this.#deliver(kept, identity)
      }
    }
    clearTimeout(this.#timer)
    if (waiting) this.#timer = setTimeout(() => this.#handOut(), RETRY_MS).unref()
  }

  #deliver({ message, open, onHandled }: Kept, identity: string): void {
    const settle = (handled: boolean): void => {
      if (handled && open.delete(identity)) onHandled(identity)
    }
    const outcome = this.#subscribers?.deliver({ ...message, identity }, true) ?? false
    if (typeof outcome === 'boolean') settle(outcome)
    else void outcome.then(settle)
  }
}
