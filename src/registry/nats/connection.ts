import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import {
  AuthorizationError,
  type NatsConnection,
  nuid,
  PermissionViolationError,
  type Status,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node'
import { RegistryError } from '../errors.ts'
import { quoted } from '../text.ts'
import { settledWithin } from '../waiting.ts'
import type { Warnings } from '../warnings.ts'
import { Drains } from './drains.ts'
import { guardRequests, skipSearchesForRefused, waitingRequests } from './guarded-requests.ts'
import {
  type ConnectionSubscription,
  MovingSubscription,
  type Receive,
} from './moving-subscription.ts'
import type { Admission } from './nats-credentials.ts'
import { ReplyInbox } from './reply-inbox.ts'

/** Subscriptions moved per turn of the event loop. */
const MOVES_A_TURN = 500
/**
 * How long a connection that was replaced may stay open for what was sent to it, in ms: the answers to the library's own
 * requests, such as those to JetStream, arrive there. And how often to look.
 */
const RETIREMENT_MS = 6_000
const RETIREMENT_STEP_MS = 50
/** How long the servers of a cluster may take to tell each other of subscriptions, in ms. */
const SPREAD_MS = 200

/** What a connection depends on. */
export interface ConnectionParts {
  readonly inboxPrefix: string
  readonly warnings: Warnings
  /** Called when the connection is lost or restored. */
  readonly onChange: () => void
  /** How it was admitted; `null` if its credentials don't change. */
  readonly admission: Admission | null
}

/**
 * A connection to NATS, its state, and the inbox for its receipts. Before its credentials end, another one of the library's
 * connections takes its place, with all subscriptions.
 */
export class Connection {
  readonly inbox: ReplyInbox
  readonly #parts: ConnectionParts
  #admission: Admission | null
  #nats: NatsConnection
  /** The one that is about to take the place of `#nats`. */
  #next: NatsConnection | null = null
  #isNextLost = false
  /** Those that were replaced and are still open. */
  readonly #retired = new Set<NatsConnection>()
  /** Those of them whose last messages the server may not have yet. */
  readonly #unconfirmed = new Set<NatsConnection>()
  readonly #subscriptions = new Set<MovingSubscription>()
  /** A queue group of this connection alone, for subscriptions that share with no other. */
  readonly #own = nuid.next()
  readonly #closed = new AbortController()
  readonly #onReconnect = new Set<() => void>()
  readonly #onReplace = new Set<(next: NatsConnection) => void>()
  #up = true
  #losses = 0

  constructor(nats: NatsConnection, parts: ConnectionParts) {
    this.#parts = parts
    this.#nats = nats
    this.#admission = parts.admission
    this.inbox = new ReplyInbox(this, parts.inboxPrefix)
    this.#begin(nats)
  }

  /** The library's connection: don't keep it, because it may be replaced. */
  get nats(): NatsConnection {
    return this.#nats
  }

  /** How often the connection was lost. A flush says nothing about messages sent before a loss. */
  get losses(): number {
    return this.#losses
  }

  /** Whether the connection is up. While it is down, nothing is published, so nothing is buffered and sent late. */
  get up(): boolean {
    return this.#up && !this.#nats.isClosed()
  }

  /** The server's maximum size of a message with headers, in bytes. */
  get maxPayloadBytes(): number {
    return this.#nats.info?.max_payload ?? 1024 * 1024
  }

  /** Subscribes until the subscription is ended, also on connections that replace this one. */
  subscribe(
    subject: string,
    { queue, callback }: { readonly queue?: string; readonly callback: Receive },
  ): ConnectionSubscription {
    if (this.#admission === null) {
      return this.#nats.subscribe(subject, { ...(queue === undefined ? {} : { queue }), callback })
    }
    const interest = { subject, queue: queue ?? this.#own, receive: callback }
    const subscription = new MovingSubscription(this.#nats, interest, () => {
      this.#subscriptions.delete(subscription)
    })
    this.#subscriptions.add(subscription)
    if (this.#next !== null) subscription.prepare(this.#next)
    return subscription
  }

  /** Resolves when the server has everything that was sent. Rejects if the connection is lost. */
  flush(): Promise<void> {
    if (this.#next === null && this.#unconfirmed.size === 0) return this.#nats.flush()
    return this.#flushAll()
  }

  async #flushAll(): Promise<void> {
    const others = this.#next === null ? this.#unconfirmed : [...this.#unconfirmed, this.#next]
    await Promise.all([this.#nats, ...others].map((nats) => nats.flush()))
  }

  /** Calls `listener` each time the connection is restored after a loss. @returns a function that ends this. */
  onReconnect(listener: () => void): () => void {
    this.#onReconnect.add(listener)
    return () => this.#onReconnect.delete(listener)
  }

  /** Calls `listener` when another connection of the library has taken the place of `nats`. */
  onReplace(listener: (next: NatsConnection) => void): void {
    this.#onReplace.add(listener)
  }

  /**
   * Puts a connection in the place of the current one, which stays open for a moment.
   * @throws RegistryError `UNAVAILABLE` if the server refuses one of the subscriptions or is lost; then the current one stays.
   */
  async replaceWith(next: NatsConnection, admission: Admission, timeoutMs: number): Promise<void> {
    this.#next = next
    this.#isNextLost = false
    this.#begin(next)
    try {
      await this.#prepare(next, timeoutMs)
    } catch (error) {
      this.#next = null
      for (const subscription of this.#subscriptions) subscription.stay()
      await next.close()
      throw error
    }
    const [before, wasUp] = [this.#nats, this.up]
    this.#nats = next
    this.#next = null
    this.#admission = admission
    for (const subscription of this.#subscriptions) subscription.move()
    this.#up = true
    for (const listener of this.#onReplace) listener(next)
    void this.#retire(before, wasUp)
    this.#parts.onChange()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    const others = [...this.#retired, ...(this.#next === null ? [] : [this.#next])]
    await Promise.all([this.#nats, ...others].map((nats) => nats.close()))
  }

  #begin(nats: NatsConnection): void {
    guardRequests(nats)
    skipSearchesForRefused(nats)
    void this.#follow(nats)
  }

  async #prepare(next: NatsConnection, timeoutMs: number): Promise<void> {
    await this.#inTurns((subscription) => subscription.prepare(next))
    let isConfirmed = false
    const confirm = next.flush().then(() => (isConfirmed = true))
    await settledWithin([confirm], timeoutMs)
    if (this.#closed.signal.aborted) throw lost('the connection was closed')
    if (!isConfirmed || this.#isNextLost) throw lost('the new connection was lost at once')
    for (const { refusal, subject } of this.#subscriptions) {
      if (refusal !== null) throw lost(`NATS refused the subscription to ${quoted(subject, 256)}`)
    }
  }

  /** Closes a connection that was replaced, once everything sent by it and to it has arrived. */
  async #retire(nats: NatsConnection, wasUp: boolean): Promise<void> {
    this.#retired.add(nats)
    try {
      if (!wasUp) return
      this.#unconfirmed.add(nats)
      const confirm = nats.flush().finally(() => this.#unconfirmed.delete(nats))
      confirm.catch(() => (this.#losses += 1))
      // Other servers of a cluster learn of the new subscriptions later than this one.
      if (nats.info?.cluster !== undefined) await delay(SPREAD_MS, undefined, { ref: false })
      const drains = new Drains()
      const left: Promise<void>[] = []
      await this.#inTurns((subscription) => left.push(subscription.leave(drains)))
      await settledWithin([confirm, ...left], RETIREMENT_MS)
      const until = performance.now() + RETIREMENT_MS
      while (waitingRequests(nats) > 0 && performance.now() < until && !nats.isClosed()) {
        await delay(RETIREMENT_STEP_MS, undefined, { ref: false })
      }
    } finally {
      await nats.close()
      this.#retired.delete(nats)
    }
  }

  /** Does something with each subscription, also with those made meanwhile, and lets others have their turns. */
  async #inTurns(handle: (subscription: MovingSubscription) => unknown): Promise<void> {
    let count = 0
    for (const subscription of this.#subscriptions) {
      handle(subscription)
      count += 1
      if (count % MOVES_A_TURN === 0) await nextTurn()
    }
  }

  async #follow(nats: NatsConnection): Promise<void> {
    for await (const status of nats.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        this.#onForbidden(status.error)
      } else if (nats === this.#nats) this.#onStatus(status)
      else if (status.type === 'disconnect') {
        if (nats === this.#next) this.#isNextLost = true
        // One that was replaced has nothing to return for.
        else void nats.close()
      }
    }
  }

  #onStatus(status: Status): void {
    if (status.type === 'disconnect' || status.type === 'reconnect') {
      this.#up = status.type === 'reconnect'
      if (this.#up) for (const listener of this.#onReconnect) listener()
      else this.#losses += 1
      this.#parts.onChange()
    } else if (status.type === 'error' && isRefusal(status.error)) this.#admission?.refused()
  }

  #onForbidden({ operation, subject }: PermissionViolationError): void {
    const isPublish = operation === 'publish'
    if (isPublish) this.inbox.refuse(subject)
    this.#parts.warnings.warn(
      'PERMISSION_DENIED',
      `NATS does not permit this client to ${isPublish ? 'publish' : 'subscribe'} to ${quoted(subject, 256)}; check the permissions of its user.`,
    )
  }
}

/** Whether a server refused the credentials. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError
}

function lost(reason: string): RegistryError {
  return new RegistryError('UNAVAILABLE', reason)
}
