import { createInbox, type Msg } from '@nats-io/transport-node'
import { WakeUp } from '../../waiting.ts'
import type { Warnings } from '../../warnings.ts'
import type { Connection } from '../connection.ts'
import type { ConnectionSubscription } from '../moving-subscription.ts'
import { receivedHeaders } from '../wire.ts'
import { type StoredDelivery, storedDeliveryOf } from './stored-delivery.ts'

/** Messages requested at a time, and the minimum number of bytes. */
const BATCH_MESSAGES = 64
const BATCH_BYTES = 4 * 1024 * 1024
/** How long the server keeps a request, in ms. */
const EXPIRES_MS = 30_000
/** How often the server sends a heartbeat while it has no messages, in ms. */
const HEARTBEAT_MS = 1_000
/** Without a heartbeat for this long, stream and consumer are checked, in ms. */
const SILENCE_MS = 3 * HEARTBEAT_MS
/** How long to wait before asking again after an unexpected answer, in ms; doubles up to the maximum. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000
/** How often to check for room for more, in ms. */
const FULL_PAUSE_MS = 50

/** Codes of the server's own messages. */
const HEARTBEAT = 100
const REQUEST_EXPIRED = 408
const CONFLICT = 409
/** The server's status when the next message exceeds the rest of `max_bytes`. */
const BYTES_USED_UP = /exceeds maxbytes/i

/** The source of pulled messages, and the callbacks. */
export interface PullOptions {
  readonly connection: Connection
  readonly stream: string
  readonly consumer: string
  /** The subject of the consumer's messages. */
  readonly subject: string
  /** The prefix of the inbox at which messages and statuses arrive. */
  readonly inboxPrefix: string
  readonly warnings: Warnings
  /** Whether there is room for more messages. */
  readonly hasRoom: () => boolean
  /** Gets each message. Must not throw. */
  readonly onMessage: (message: Msg, delivery: StoredDelivery) => void
  /** Makes sure that stream and consumer exist; may reject. */
  readonly check: () => Promise<void>
}

/**
 * Pulls the messages of a JetStream consumer: across lost connections, restarting servers, and deleted
 * streams and consumers, which it detects by the server's silence. It has its own subscription,
 * because nothing that arrives there may throw.
 */
export class PullLoop {
  readonly #options: PullOptions
  readonly #inbox: string
  readonly #wakeUp = new WakeUp()
  #subscription: ConnectionSubscription | null = null
  #running: Promise<void> | null = null
  #unfollow = (): void => {}
  #closed = false
  /** The number of the latest request, and how many messages it may still yield. */
  #request = 0
  #expected = 0
  #requestedAt = 0
  #heardAt = 0
  /** Whether the latest request is over. */
  #over = true
  /** Whether stream and consumer must be checked before the next request. */
  #doubtful = false

  constructor(options: PullOptions) {
    this.#options = options
    this.#inbox = createInbox(options.inboxPrefix)
  }

  open(): void {
    const { connection } = this.#options
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#receive(message)
      },
    })
    // The server forgot the request, and it may be another server, without the stream.
    this.#unfollow = connection.onReconnect(() => this.#doubt())
    this.#running = this.#run()
  }

  /** Stops receiving. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    this.#unfollow()
    try {
      this.#subscription?.unsubscribe()
    } catch {
      // The connection is closed, and the subscription with it.
    }
    this.#wakeUp.notify()
    await this.#running
  }

  async #run(): Promise<void> {
    const { connection, hasRoom } = this.#options
    let pauseMs = FIRST_PAUSE_MS
    let checkedAt = -Infinity
    while (!this.#closed) {
      if (!connection.up) await this.#sleep(FIRST_PAUSE_MS)
      else if (this.#doubtful) {
        if (performance.now() - checkedAt < FIRST_PAUSE_MS) await this.#sleep(FIRST_PAUSE_MS)
        checkedAt = performance.now()
        this.#doubtful = false
        if (await this.#checked()) pauseMs = FIRST_PAUSE_MS
        else {
          this.#doubtful = true
          await this.#sleep(pauseMs)
          pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)
        }
      } else if (!this.#over) await this.#awaitMessages()
      else if (hasRoom()) this.#ask()
      else await this.#sleep(FULL_PAUSE_MS)
    }
  }

  async #checked(): Promise<boolean> {
    try {
      await this.#options.check()
      return true
    } catch {
      return false
    }
  }

  async #awaitMessages(): Promise<void> {
    const until = this.#heardAt + SILENCE_MS
    if (performance.now() < until) await this.#wakeUp.sleepUntil(until)
    else this.#doubt()
  }

  #ask(): void {
    const { connection, stream, consumer } = this.#options
    this.#request += 1
    this.#expected = BATCH_MESSAGES
    this.#over = false
    this.#requestedAt = this.#heardAt = performance.now()
    const request = {
      batch: BATCH_MESSAGES,
      max_bytes: Math.max(BATCH_BYTES, 2 * connection.maxPayloadBytes),
      expires: EXPIRES_MS * 1e6,
      idle_heartbeat: HEARTBEAT_MS * 1e6,
    }
    try {
      connection.nats.publish(
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
        JSON.stringify(request),
        { reply: `${this.#inbox}.${this.#request}` },
      )
    } catch {
      // The connection is closed or closing: there is nothing more to come.
      this.#over = true
      this.#doubtful = true
    }
  }

  #receive(message: Msg): void {
    if (this.#closed) return
    this.#heardAt = performance.now()
    const { stream, consumer, subject, warnings, onMessage } = this.#options
    if (message.subject !== subject) {
      this.#onStatus(message)
      return
    }
    const delivery = storedDeliveryOf(message.reply ?? '', stream, consumer)
    if (delivery === null) {
      warnings.warn(
        'MALFORMED_MESSAGE',
        `A message to ${subject} was ignored: it did not come from the stream "${stream}".`,
      )
      return
    }
    this.#expected -= 1
    if (this.#expected <= 0) this.#end()
    onMessage(message, delivery)
  }

  #onStatus(message: Msg): void {
    const headers = receivedHeaders(message)
    const code = headers?.code ?? 0
    if (message.subject !== `${this.#inbox}.${this.#request}` || code === HEARTBEAT) return
    const gaveSome = this.#expected < BATCH_MESSAGES
    const isUsedUp = code === CONFLICT && BYTES_USED_UP.test(headers?.description ?? '')
    // Trusted only where it is plausible; a forged status could otherwise cause a flood of requests.
    if (isUsedUp && gaveSome) this.#end()
    else if (code !== REQUEST_EXPIRED) this.#doubt()
    else if (this.#heardAt - this.#requestedAt > EXPIRES_MS - HEARTBEAT_MS) this.#end()
  }

  #end(): void {
    this.#over = true
    this.#wakeUp.notify()
  }

  #doubt(): void {
    this.#doubtful = true
    this.#end()
  }

  async #sleep(ms: number): Promise<void> {
    await this.#wakeUp.sleepUntil(performance.now() + ms)
  }
}
