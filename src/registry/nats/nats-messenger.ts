import { type Msg, nuid, type Subscription as NatsSubscription } from '@nats-io/transport-node'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { RegistryError } from '../errors.ts'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import type {
  DeliveryStatus,
  DeliveryTarget,
  MessageHandler,
  Messenger,
  OutgoingMessage,
  SendOptions,
  Subscription,
} from '../messenger.ts'
import { checkSendOptions } from '../send-options.ts'
import { settledWithin } from '../settled-within.ts'
import { type Connection, ConnectionPool } from './connections.ts'
import { checkDurabilityOptions, type DurabilityOptions, DurableStreams } from './durability.ts'
import { DurableFanOut } from './durable-fan-out.ts'
import { DurableInbox } from './durable-inbox.ts'
import { FanOut } from './fan-out.ts'
import { answerIdentityMessage, GatewayInbox } from './hosting.ts'
import { durableGatewaySubject, gatewaySubject, identitySubject } from './wire.ts'

/** How long `close()` waits for handlers that are still running, in ms. */
const CLOSE_PATIENCE_MS = 5_000

/** How to reach NATS. */
export interface NatsMessengerOptions {
  /** `nats://[user:password@]host:port` each; all are used. */
  readonly servers: readonly string[]
  /** The subject of an identity is `<subjectPrefix>.<identity>`; `prism.multicast` by default. */
  readonly subjectPrefix?: string
  /** How many connections to open, 1 to 64; 1 by default. More only helps when one is the limit. */
  readonly connections?: number
  /** How long connecting may take, and a subscription to be confirmed, in ms; 5,000 by default. */
  readonly connectTimeoutMs?: number
  /** Enables exactly-once, through JetStream; off by default. */
  readonly durability?: DurabilityOptions
}

/**
 * Connects a messenger to NATS.
 * @throws RegistryError `UNAVAILABLE` within `connectTimeoutMs`, naming the hosts and the reason;
 * `INVALID_ARGUMENT` for options out of range.
 */
export async function connectNatsMessenger(options: NatsMessengerOptions): Promise<Messenger> {
  const {
    servers,
    subjectPrefix = 'prism.multicast',
    connections = 1,
    connectTimeoutMs = 5_000,
    durability = null,
  } = options
  if (!Number.isInteger(connections) || connections < 1 || connections > 64) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `connections is ${connections}; it must be a whole number from 1 to 64.`,
    )
  }
  if (!/^[^\s.*>]+(\.[^\s.*>]+)*$/.test(subjectPrefix)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `subjectPrefix "${subjectPrefix}" is not a NATS subject: words without spaces, * or >, joined by dots.`,
    )
  }
  if (durability !== null) checkDurabilityOptions(durability)
  const pool = await ConnectionPool.open({ servers, connections, connectTimeoutMs })
  const messenger = new NatsMessenger(pool, subjectPrefix, connectTimeoutMs, durability)
  try {
    await messenger.listen()
  } catch (error) {
    await messenger.close()
    throw error
  }
  return messenger
}

/** A subscription at the broker; `confirmed` resolves when the broker knows of it. */
interface BrokerSubscription {
  readonly subscription: NatsSubscription
  readonly confirmed: Promise<void>
}

/** The durability slot of one messenger; no inbox if it can only send. */
interface Durable {
  readonly connection: Connection
  readonly streams: DurableStreams
  readonly inbox: DurableInbox | null
}

class NatsMessenger implements Messenger {
  readonly gateway: string
  readonly #pool: ConnectionPool
  readonly #subjectPrefix: string
  readonly #confirmTimeoutMs: number
  readonly #subscribers = new HostedSubscribers()
  readonly #gatewayInbox = new GatewayInbox(this.#subscribers)
  readonly #gatewaySubscriptions: BrokerSubscription[] = []
  readonly #identitySubscriptions = new Map<string, BrokerSubscription>()
  readonly #flushes = new Map<Connection, Promise<void>>()
  readonly #durability: DurabilityOptions | null
  #durable: Durable | null = null
  readonly #sends = new Set<Promise<unknown>>()
  #subscribed = 0
  #closing: Promise<void> | null = null

  constructor(
    pool: ConnectionPool,
    subjectPrefix: string,
    confirmTimeoutMs: number,
    durability: DurabilityOptions | null,
  ) {
    this.#pool = pool
    this.#subjectPrefix = subjectPrefix
    this.#confirmTimeoutMs = confirmTimeoutMs
    this.#durability = durability
    this.gateway =
      durability?.gatewayName === undefined
        ? gatewaySubject(subjectPrefix, nuid.next())
        : durableGatewaySubject(subjectPrefix, durability.gatewayName)
  }

  /** Opens the gateway's inbox, on every connection: the server gives each message to one of them. */
  async listen(): Promise<void> {
    for (const connection of this.#pool.connections) {
      const accept = (message: Msg): void => this.#gatewayInbox.accept(message)
      this.#gatewaySubscriptions.push(
        this.#subscribeAt(connection, this.gateway, accept, { queue: 'gateway' }),
      )
    }
    await Promise.all(this.#gatewaySubscriptions.map(({ confirmed }) => confirmed))
    const [connection] = this.#pool.connections
    if (this.#durability === null || connection === undefined) return
    const streams = await DurableStreams.open(connection, this.#subjectPrefix, this.#durability)
    const { gatewayName } = this.#durability
    const inbox =
      gatewayName === undefined
        ? null
        : new DurableInbox(connection, streams, this.#subjectPrefix, gatewayName, this.#subscribers)
    this.#durable = { connection, streams, inbox }
    await inbox?.open()
  }

  hosts(identity: string): boolean {
    return this.#subscribers.has(identity)
  }

  async subscribe(identity: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    const remove = this.#subscribers.add(identity, handler)
    let broker = this.#identitySubscriptions.get(identity)
    if (broker === undefined) {
      broker = this.#subscribeAt(
        this.#connectionInTurn(),
        identitySubject(this.#subjectPrefix, identity),
        (message) => answerIdentityMessage(this.#subscribers, identity, message),
      )
      this.#identitySubscriptions.set(identity, broker)
    }
    const unsubscribe = async (): Promise<void> => {
      if (!remove()) return
      const known = this.#identitySubscriptions.get(identity)
      this.#identitySubscriptions.delete(identity)
      // Draining answers what is still on its way: refused at once, rather than never.
      if (known) await settledWithin([known.subscription.drain()], this.#confirmTimeoutMs)
    }
    try {
      await broker.confirmed
    } catch (error) {
      await unsubscribe()
      throw error
    }
    return { unsubscribe }
  }

  async send(
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    this.#checkOpen()
    checkSendOptions(options, this.#durable !== null)
    if (targets.length === 0) return new Map()
    const sending =
      options.delivery === 'exactly-once' && this.#durable !== null
        ? this.#sendDurably(this.#durable, message, targets, options)
        : new FanOut(message, this.#subjectPrefix, options).run(this.#pool, targets)
    this.#sends.add(sending)
    try {
      return await sending
    } finally {
      this.#sends.delete(sending)
    }
  }

  #sendDurably(
    { connection, streams }: Durable,
    message: OutgoingMessage,
    targets: readonly DeliveryTarget[],
    options: SendOptions,
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    if (!connection.up) throw this.#pool.unavailable()
    const fanOut = new DurableFanOut(message, this.#subjectPrefix, options, streams)
    return fanOut.run(connection, streams, targets)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#sends)
    const subscriptions = [...this.#gatewaySubscriptions, ...this.#identitySubscriptions.values()]
    const up = this.#pool.connections.some((connection) => connection.up)
    const drained = subscriptions.map(({ subscription }) => subscription.drain())
    if (up) await settledWithin(drained, CLOSE_PATIENCE_MS)
    else void Promise.allSettled(drained)
    await this.#durable?.inbox?.close(CLOSE_PATIENCE_MS)
    await this.#gatewayInbox.idle()
    await this.#subscribers.idle(CLOSE_PATIENCE_MS)
    const flushed = this.#pool.connections.filter((connection) => connection.up).map(flush)
    await settledWithin(flushed, CLOSE_PATIENCE_MS)
    await this.#pool.close()
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new RegistryError('CLOSED', 'The messenger is closed.')
  }

  #connectionInTurn(): Connection {
    const { connections } = this.#pool
    const connection = connections[this.#subscribed % connections.length]
    this.#subscribed += 1
    if (connection === undefined) throw this.#pool.unavailable()
    return connection
  }

  #subscribeAt(
    connection: Connection,
    subject: string,
    onMessage: (message: Msg) => void,
    options: { readonly queue?: string } = {},
  ): BrokerSubscription {
    let refusal: Error | null = null
    const subscription = connection.nats.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error === null) onMessage(message)
        else refusal = error
      },
    })
    const confirmed = this.#flushed(connection).then(() => {
      if (refusal === null) return
      throw new RegistryError('UNAVAILABLE', `NATS refused the subscription to ${subject}.`, {
        cause: refusal,
      })
    })
    return { subscription, confirmed }
  }

  /** Resolves when the broker knows of all that was subscribed in this turn of the event loop. */
  #flushed(connection: Connection): Promise<void> {
    let flushing = this.#flushes.get(connection)
    if (flushing === undefined) {
      flushing = this.#flush(connection)
      this.#flushes.set(connection, flushing)
    }
    return flushing
  }

  async #flush(connection: Connection): Promise<void> {
    await nextTurn()
    this.#flushes.delete(connection)
    const giveUp = performance.now() + this.#confirmTimeoutMs
    while (performance.now() < giveUp) {
      // A flush fails when the connection is lost; on reconnecting, subscriptions are made anew.
      const flushed = flush(connection).then(
        () => true,
        () => delay(50, false),
      )
      const late = delay(giveUp - performance.now(), null, { ref: false })
      if (await Promise.race([flushed, late])) return
    }
    throw this.#pool.unavailable()
  }
}

function flush({ nats }: Connection): Promise<void> {
  return nats.flush()
}
