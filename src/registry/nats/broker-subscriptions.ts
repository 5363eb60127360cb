import type { Msg } from '@nats-io/transport-node'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { RegistryError } from '../errors.ts'
import { settledWithin } from '../waiting.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connection.ts'
import type { ConnectionPool } from './connections.ts'
import { Drains } from './drains.ts'
import { quoted } from '../text.ts'

const FLUSH_AGAIN_MS = 50

/** A subscription at the broker. */
export interface BrokerSubscription {
  /** Resolves when the broker knows of it. */
  readonly confirmed: Promise<void>
  /** Ends the subscription; resolves once messages in flight have arrived. */
  readonly drain: () => Promise<void>
}

/** Makes subscriptions; one round trip confirms many of them. */
export class BrokerSubscriptions {
  readonly #pool: ConnectionPool
  readonly #confirmTimeoutMs: number
  readonly #warnings: Warnings
  /** One per connection, so a lost connection doesn't hold up the others. */
  readonly #drains = new Map<Connection, Drains>()
  readonly #confirmations = new Map<Connection, Promise<void>>()

  constructor(pool: ConnectionPool, confirmTimeoutMs: number, warnings: Warnings) {
    this.#pool = pool
    this.#warnings = warnings
    this.#confirmTimeoutMs = confirmTimeoutMs
  }

  /** Opens a subscription. `confirmed` rejects with `UNAVAILABLE` if it is refused or not confirmed in time. */
  open(
    connection: Connection,
    subject: string,
    onMessage: (message: Msg) => void,
    options: { readonly queue?: string } = {},
  ): BrokerSubscription {
    let refusal: Error | null = null
    const subscription = connection.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error === null) this.#pass(message, onMessage)
        else refusal = error
      },
    })
    const confirmed = this.#confirmed(connection).then(() => {
      if (refusal === null) return
      throw new RegistryError('UNAVAILABLE', `NATS refused the subscription to ${subject}.`, {
        cause: refusal,
      })
    })
    const drains = this.#drains.get(connection) ?? new Drains()
    this.#drains.set(connection, drains)
    return { confirmed, drain: () => drains.drain(subscription) }
  }

  /** Catches exceptions, which would end the library's read loop and make the connection deaf. */
  #pass(message: Msg, onMessage: (message: Msg) => void): void {
    try {
      onMessage(message)
    } catch (error) {
      this.#warnings.warn(
        'MALFORMED_MESSAGE',
        `A message to ${quoted(message.subject)} was dropped: ${String(error)}.`,
      )
    }
  }

  /** Resolves when the broker knows of all subscriptions made in this turn of the event loop. */
  #confirmed(connection: Connection): Promise<void> {
    let confirmation = this.#confirmations.get(connection)
    if (confirmation === undefined) {
      confirmation = this.#confirm(connection)
      this.#confirmations.set(connection, confirmation)
    }
    return confirmation
  }

  async #confirm(connection: Connection): Promise<void> {
    await nextTurn()
    this.#confirmations.delete(connection)
    const giveUp = performance.now() + this.#confirmTimeoutMs
    for (;;) {
      const leftMs = giveUp - performance.now()
      if (leftMs <= 0) throw this.#pool.unavailable()
      // A flush fails when the connection is lost; the client resubscribes on reconnecting.
      let known = false
      const flushed = connection.flush().then(() => (known = true))
      await settledWithin([flushed], leftMs)
      if (known) return
      await delay(Math.min(FLUSH_AGAIN_MS, leftMs))
    }
  }
}
