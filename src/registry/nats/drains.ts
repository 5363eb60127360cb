import type { Subscription } from '@nats-io/transport-node'

/**
 * How many drains may wait for the server at once. Each waits for an answer of its own, and the library's
 * list of these takes time proportional to its length for every answer.
 */
const MAX_UNDER_WAY = 1_000

/** A subscription to be drained, and who waits for it. */
interface Waiting {
  readonly subscription: Subscription
  readonly resolve: (drained: Promise<void>) => void
}

/** Drains the subscriptions of a messenger, in the order that was asked for, some at a time. */
export class Drains {
  readonly #maxUnderWay: number
  #waiting: Waiting[] = []
  #isWorking = false

  constructor(maxUnderWay: number = MAX_UNDER_WAY) {
    this.#maxUnderWay = maxUnderWay
  }

  /** Gives a subscription up. Resolves once what was on its way has arrived; rejects if the connection is closed. */
  drain(subscription: Subscription): Promise<void> {
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
