import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'

/** Gets each message, and at the end the server's refusal, if there is one. */
export type Receive = (error: Error | null, message: Msg) => void

/** A subscription of a connection. */
export interface ConnectionSubscription {
  /** Ends it; resolves once messages in flight have arrived, and rejects if the connection is closed. */
  drain(): Promise<void>
  /** Ends it at once. */
  unsubscribe(): void
}

/** What to subscribe to. */
export interface Interest {
  readonly subject: string
  /** The server gives each message to one subscription of a queue group. */
  readonly queue: string
  readonly receive: Receive
}

/**
 * A subscription that moves from one connection to the next. While both have it, it is a queue group of two, so the server
 * gives each message to one of them: none is lost, none arrives twice.
 */
export class MovingSubscription implements ConnectionSubscription {
  readonly #interest: Interest
  readonly #onEnd: () => void
  #current: Subscription
  #next: Subscription | null = null
  #refusal: Error | null = null

  constructor(nats: NatsConnection, interest: Interest, onEnd: () => void) {
    this.#interest = interest
    this.#onEnd = onEnd
    const { subject, queue, receive } = interest
    this.#current = nats.subscribe(subject, { queue, callback: receive })
  }

  get subject(): string {
    return this.#interest.subject
  }

  /** Why the next connection's server refused it; `null` if it has not. */
  get refusal(): Error | null {
    return this.#refusal
  }

  /** Subscribes on the next connection too; the current one goes on. */
  prepare(nats: NatsConnection): void {
    if (this.#next !== null) return
    const { subject, queue, receive } = this.#interest
    const callback: Receive = (error, message) => {
      if (error !== null && next === this.#next) this.#refusal = error
      else receive(error, message)
    }
    const next = nats.subscribe(subject, { queue, callback })
    this.#next = next
  }

  /** Leaves the current connection for the next one. @returns the subscription to drain. */
  move(): Subscription {
    const before = this.#current
    this.#current = this.#next ?? before
    this.#next = null
    return before
  }

  /** Stays on the current connection; the next one is about to be closed. */
  stay(): void {
    this.#next = null
    this.#refusal = null
  }

  async drain(): Promise<void> {
    this.#onEnd()
    const next = this.#next?.drain().catch(() => {})
    await this.#current.drain()
    await next
  }

  unsubscribe(): void {
    this.#onEnd()
    this.#next?.unsubscribe()
    this.#current.unsubscribe()
  }
}
