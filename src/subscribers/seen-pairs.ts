/** How many of the latest messages are remembered. */
export const REMEMBERED_MESSAGES = 4_096
/** 32-bit words for all remembered messages, one bit per identity: 16 MiB. */
const MAX_WORDS = 4 * 1024 * 1024

/** The first arrival of a message, the first of a (message, identity) pair, or a repeated one. */
export type Arrival = 'new message' | 'new pair' | 'duplicate'

/**
 * Detects repeated (message, identity) pairs among the latest `REMEMBERED_MESSAGES` messages. The bits
 * take at most 16 MiB, so from 32,768 identities it remembers fewer messages. A forgotten message
 * counts as new when it returns.
 */
export class SeenPairs {
  readonly #messages = new Map<string, Uint32Array>()
  readonly #maxMessages: number
  readonly #maxWords: number
  #words = 0

  constructor(maxMessages = REMEMBERED_MESSAGES, maxWords = MAX_WORDS) {
    this.#maxMessages = maxMessages
    this.#maxWords = maxWords
  }

  /** @param identity 0, 1, 2 … in any fixed order. */
  add(messageId: string, identity: number): Arrival {
    const known = this.#messages.get(messageId)
    const word = identity >>> 5
    const bit = 1 << (identity & 31)
    let seen = known ?? new Uint32Array(0)
    if (word >= seen.length) {
      const larger = new Uint32Array(Math.max(word + 1, seen.length * 2))
      larger.set(seen)
      this.#words += larger.length - seen.length
      seen = larger
      this.#messages.set(messageId, seen)
      this.#forget(messageId)
    }
    const before = seen[word] ?? 0
    seen[word] = before | bit
    if ((before & bit) !== 0) return 'duplicate'
    return known === undefined ? 'new message' : 'new pair'
  }

  #forget(latest: string): void {
    for (const [messageId, seen] of this.#messages) {
      const isFull = this.#messages.size > this.#maxMessages || this.#words > this.#maxWords
      if (!isFull || messageId === latest) return
      this.#messages.delete(messageId)
      this.#words -= seen.length
    }
  }
}
