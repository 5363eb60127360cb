import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import type { Drains } from './drains.ts'

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
  /** That of the connection before, until its last messages have arrived. */
  #previous: Subscription | null = null
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

  /** Makes the next connection the current one. */
  move(): void {
    if (this.#next === null) return
    this.#previous = this.#current
    this.#current = this.#next
    this.#next = null
  }

  /** Ends the subscription of the connection before. Resolves once its last messages have arrived. */
  async leave(drains: Drains): Promise<void> {
    const previous = this.#previous
    if (previous === null) return
    await drains.drain(previous).catch(() => {})
    if (this.#previous === previous) this.#previous = null
  }

  /** Stays on the current connection; the next one is about to be closed. */
  stay(): void {
    this.#next = null
    this.#refusal = null
  }

  async drain(): Promise<void> {
    this.#onEnd()
    const others = [this.#next, this.#previous].filter((other) => other !== null)
    const drained = others.map((other) => other.drain().catch(() => {}))
    await this.#current.drain()
    await Promise.all(drained)
  }

  unsubscribe(): void {
    this.#onEnd()
    this.#next?.unsubscribe()
    this.#previous?.unsubscribe()
    this.#current.unsubscribe()
  }
}
