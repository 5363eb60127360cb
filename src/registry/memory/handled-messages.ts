/**
 * Who has handled which exactly-once messages of one namespace, for the retention, so that nobody does
 * so again, however often a message of that id is sent, and by whichever gateway.
 */
export class HandledMessages {
  readonly #retentionMs: number
  /** By message id, the oldest first. */
  readonly #messages = new Map<string, { readonly expiresAt: number; readonly by: Set<string> }>()

  /** @param retentionMs how long a message is remembered after it was first handled by anyone. */
  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs
  }

  has(messageId: string, identity: string): boolean {
    return this.#messages.get(messageId)?.by.has(identity) ?? false
  }

  add(messageId: string, identity: string): void {
    const now = performance.now()
    for (const [id, { expiresAt }] of this.#messages) {
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
