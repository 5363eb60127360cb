import { settledWithin } from '../../src/registry/settled-within.ts'

/** A registry's multicast ends 5 s after its targets are known; this leaves a second to know them. */
const PATIENCE_MS = 6_000

/**
 * Multicasts that have begun and not ended. A load gives up a request that takes too long, but who got
 * its message is known only when the registry has given it up too: without waiting for that, the
 * messages that went missing would be those that nobody counts.
 */
export class SendsUnderWay {
  readonly #sends = new Set<Promise<unknown>>()

  /** Begins one; gives what it gives. */
  async follow<T>(send: () => Promise<T>): Promise<T> {
    const sending = send()
    this.#sends.add(sending)
    try {
      return await sending
    } finally {
      this.#sends.delete(sending)
    }
  }

  /** Resolves when all have ended, or after 6 s. */
  async ended(): Promise<void> {
    if (this.#sends.size > 0) await settledWithin([...this.#sends], PATIENCE_MS)
  }
}
