import { LinkedMap } from './linked-map.ts'
import { ownText } from './text.ts'

/** `true`: handled. A promise: the handler is still running; resolves to whether it succeeded. */
type Delivery = true | Promise<boolean>

/**
 * The messages recently delivered to the identities of one process, so a resend is not handled twice.
 * Holds at most `capacity` (message, identity) pairs besides those of the newest message, and forgets the
 * oldest messages first.
 */
export class RecentDeliveries {
  readonly #capacity: number
  readonly #messages = new LinkedMap<string, Map<string, Delivery>>()
  #size = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#size
  }

  get(messageId: string, identity: string): Delivery | undefined {
    return this.#messages.get(messageId)?.get(identity)
  }

  set(messageId: string, identity: string, delivery: Delivery): void {
    let identities = this.#messages.get(messageId)
    if (identities === undefined) {
      identities = new Map()
      this.#messages.set(ownText(messageId), identities)
    }
    const before = identities.size
    identities.set(identities.has(identity) ? identity : ownText(identity), delivery)
    this.#size += identities.size - before
    while (this.#size > this.#capacity && this.#messages.size > 1) this.#forgetOldest()
  }

  /** Forgets one pair, so the next resend is handled. */
  delete(messageId: string, identity: string): void {
    const identities = this.#messages.get(messageId)
    if (identities?.delete(identity)) {
      this.#size -= 1
      if (identities.size === 0) this.#messages.delete(messageId)
    }
  }

  #forgetOldest(): void {
    const oldest = this.#messages.first()
    if (oldest === undefined) return
    this.#messages.delete(oldest[0])
    this.#size -= oldest[1].size
  }
}
