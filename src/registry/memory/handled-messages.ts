import { LinkedMap } from '../linked-map.ts'

/** The recipients that have handled a message, and when that is forgotten. */
interface HandledMessage {
  readonly expiresAt: number
  readonly by: Set<string>
}

/**
 * The recipients that have handled each exactly-once message of one namespace, kept for the retention. So
 * none is called again, however often and through whichever gateway a message with that id is sent.
 */
export class HandledMessages {
  readonly #retentionMs: number
  /** By message id, the oldest first. */
  readonly #messages = new LinkedMap<string, HandledMessage>()

  /** @param retentionMs how long a message is remembered after it was first handled. */
  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs
  }

  has(messageId: string, identity: string): boolean {
    return this.#messages.get(messageId)?.by.has(identity) ?? false
  }

  add(messageId: string, identity: string): void {
    const now = performance.now()
    for (let oldest = this.#messages.first(); oldest; oldest = this.#messages.first()) {
      const [id, { expiresAt }] = oldest
      if (expiresAt > now) break
      this.#messages.delete(id)
    }
    const message = this.#messages.get(messageId)
    if (message !== undefined) message.by.add(identity)
    else {
      const expiresAt = now + this.#retentionMs
      this.#messages.set(messageId, { expiresAt, by: new Set([identity]) })
    }
  }
}
