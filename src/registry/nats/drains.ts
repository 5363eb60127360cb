/** A subscription, as far as it is drained here. */
interface Drained {
  drain(): Promise<void>
}

/**
 * Maximum number of concurrent drains. Each waits for its own answer, and for every answer the library
 * searches its list of them.
 */
const MAX_UNDER_WAY = 1_000

/** A subscription to drain, and the caller's promise. */
interface Waiting {
  readonly subscription: Drained
  readonly resolve: (drained: Promise<void>) => void
}

/** Drains the subscriptions of a messenger in order, some at a time. */
export class Drains {
  readonly #maxUnderWay: number
  #waiting: Waiting[] = []
  #isWorking = false

  constructor(maxUnderWay: number = MAX_UNDER_WAY) {
    this.#maxUnderWay = maxUnderWay
  }

  /** Ends a subscription. Resolves once messages in flight have arrived; rejects if the connection is closed. */
  drain(subscription: Drained): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ subscription, resolve })
    if (!this.#isWorking) void this.#work()
    return promise
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      for (let from = 0; from < batch.length; from += this.#maxUnderWay) {
        const some = batch.slice(from, from + this.#maxUnderWay)
        await Promise.allSettled(
          some.map(({ subscription, resolve }) => {
            const drained = subscription.drain()
            resolve(drained)
            return drained
          }),
        )
      }
    }
    this.#isWorking = false
  }
}
