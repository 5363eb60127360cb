import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Msg, nuid } from '@nats-io/transport-node'
import { Backlog, DEFAULT_MAX_BACKLOG_BYTES } from '../backlog.ts'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import type { ConnectionCounts } from '../connection-counts.ts'
import { type Durability, durabilityOf } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { validateMessageId } from '../names.ts'
import type {
  DeliveryReport,
  DeliveryTarget,
  MessageHandler,
  Messenger,
  OutgoingMessage,
  SendOptions,
  Subscription,
} from '../messenger.ts'
import { checkSendOptions } from '../send-options.ts'
import { settledWithin } from '../waiting.ts'
import { TargetSet } from '../targets/target-set.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { Warnings } from '../warnings.ts'
import { type BrokerSubscription, BrokerSubscriptions } from './broker-subscriptions.ts'
import { ConnectionPool } from './connections.ts'
import { DurableStreams } from './durable/durable-streams.ts'
import { DurableFanOut, type DurableSender } from './durable/durable-fan-out.ts'
import { DurableInbox } from './durable/durable-inbox.ts'
import { FanOut, type FanOutParts } from './fan-out.ts'
import { HeldNames } from './held-names.ts'
import { Hosting } from './hosting.ts'
import { takeMessengerOptions, type NatsMessengerOptions } from './messenger-options.ts'
import { OwnSubjects } from './own-subjects.ts'
import { changingNatsCredentials } from './nats-credentials.ts'
import { Requests } from './requests.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from './subjects.ts'

/** How long `close()` waits for running handlers, in ms. */
const CLOSE_PATIENCE_MS = 5_000

/**
 * Connects a messenger to NATS.
 * @throws RegistryError `UNAVAILABLE` within `connectTimeoutMs`, with hosts and reason;
 *   `INVALID_ARGUMENT` for invalid options.
 */
export async function connectNatsMessenger(options: NatsMessengerOptions): Promise<Messenger> {
  const {
    servers,
    namespace,
    subjectPrefix = DEFAULT_SUBJECT_PREFIX,
    credentials: given,
    tls,
    connections = 1,
    ignoreClusterUpdates = false,
    connectTimeoutMs = 5_000,
    gatewayName,
    onUpChange,
    durability: durabilityOptions,
    warnings = new Warnings(),
    telemetry = Telemetry.off,
    maxBacklogBytes = DEFAULT_MAX_BACKLOG_BYTES,
  } = takeMessengerOptions(options)
  const subjects = new Subjects(subjectPrefix, namespace)
  const durability = durabilityOptions === undefined ? null : durabilityOf(durabilityOptions)
  if (gatewayName !== undefined && durability?.gatewayName) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'gatewayName and durability.gatewayName are mutually exclusive; leave out one of them.',
    )
  }
  const credentials = await changingNatsCredentials(servers, given, connectTimeoutMs, warnings)
  const pool = await ConnectionPool.open({
    servers,
    connections,
    ignoreClusterUpdates,
    connectTimeoutMs,
    inboxPrefix: subjects.inboxPrefix,
    warnings,
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === null ? {} : { credentials }),
    ...(onUpChange === undefined ? {} : { onUpChange }),
  }).catch((error: unknown) => {
    credentials?.close()
    throw error
  })
  const messenger = new NatsMessenger(
    pool,
    subjects,
    connectTimeoutMs,
    gatewayName ?? nuid.next(),
    durability,
    warnings,
    telemetry,
    new Backlog(maxBacklogBytes, warnings),
  )
  try {
    await messenger.listen()
  } catch (error) {
    await messenger.close()
    throw error
  }
  return messenger
}

/** The durability slot of one messenger; without an inbox, it can only send. */
interface DurableSlot extends DurableSender {
  readonly inbox: DurableInbox | null
}

class NatsMessenger implements Messenger {
  readonly gateway: string
  readonly #pool: ConnectionPool
  readonly #subjects: Subjects
  readonly #warnings: Warnings
  readonly #fanOutParts: FanOutParts
  readonly #broker: BrokerSubscriptions
  readonly #subscribers: HostedSubscribers
  readonly #hosting: Hosting
  readonly #gatewaySubscriptions: BrokerSubscription[] = []
  readonly #ownSubjects: OwnSubjects
  readonly #durability: Durability | null
  #durable: DurableSlot | null = null
  readonly #sends = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  constructor(
    pool: ConnectionPool,
    subjects: Subjects,
    confirmTimeoutMs: number,
    gatewayName: string,
    durability: Durability | null,
    warnings: Warnings,
    telemetry: Telemetry,
    backlog: Backlog,
  ) {
    this.#pool = pool
    this.#subjects = subjects
    this.#warnings = warnings
    this.#fanOutParts = { subjects, warnings, telemetry, heldNames: new HeldNames() }
    this.#subscribers = new HostedSubscribers(backlog)
    this.#hosting = new Hosting(this.#subscribers, warnings, telemetry)
    this.#broker = new BrokerSubscriptions(pool, confirmTimeoutMs, warnings)
    this.#durability = durability
    this.gateway = durability?.gatewayName
      ? subjects.durableGateway(durability.gatewayName)
      : subjects.gateway(gatewayName)
    this.#ownSubjects = new OwnSubjects({
      pool,
      broker: this.#broker,
      subscribers: this.#subscribers,
      hosting: this.#hosting,
      warnings,
      subjects,
      gateway: this.gateway,
      confirmTimeoutMs,
    })
  }

  /** Subscribes to the gateway on every connection; the server gives each message to one of them. */
  async listen(): Promise<void> {
    for (const connection of this.#pool.connections) {
      const accept = (message: Msg): void => this.#hosting.acceptForGateway(message, connection)
      this.#gatewaySubscriptions.push(
        this.#broker.open(connection, this.gateway, accept, { queue: 'gateway' }),
      )
    }
    await Promise.all(this.#gatewaySubscriptions.map(({ confirmed }) => confirmed))
    const [connection] = this.#pool.connections
    if (this.#durability === null || connection === undefined) return
    const warnings = this.#warnings
    const streams = await DurableStreams.open(
      connection,
      this.#subjects,
      this.#durability,
      warnings,
    )
    const { gatewayName } = this.#durability
    const { telemetry } = this.#fanOutParts
    const sender = { connection, streams, warnings, telemetry, requests: new Requests(connection) }
    const inbox =
      gatewayName === null
        ? null
        : new DurableInbox({ ...sender, gatewayName, subscribers: this.#subscribers })
    this.#durable = { ...sender, inbox }
    await inbox?.open()
  }

  get connections(): ConnectionCounts {
    const all = this.#pool.connections
    const up = all.filter((connection) => connection.up).length
    return { up, down: all.length - up }
  }

  get backlogBytes(): number {
    return this.#subscribers.backlog.bytes
  }

  hosts(identity: string): boolean {
    return this.#subscribers.has(identity)
  }

  isGateway(gateway: string): boolean {
    return this.#subjects.isGateway(gateway)
  }

  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    this.#checkOpen()
    return this.#ownSubjects.subscribe(identities, handler)
  }

  async subscribeMatching(pattern: string, handler: MessageHandler): Promise<Subscription> {
    this.#checkOpen()
    return this.#ownSubjects.subscribeMatching(pattern, handler)
  }

  checkOptions(options: SendOptions): void {
    checkSendOptions(options, this.#durable?.streams.retention ?? null)
  }

  async send(
    message: OutgoingMessage,
    targets: Iterable<DeliveryTarget>,
    options: SendOptions,
  ): Promise<DeliveryReport> {
    this.#checkOpen()
    this.checkOptions(options)
    validateMessageId(message.id)
    const sending = this.#send(message, TargetSet.of(targets), options)
    this.#sends.add(sending)
    try {
      return await sending
    } finally {
      this.#sends.delete(sending)
    }
  }

  async #send(
    message: OutgoingMessage,
    targets: TargetSet,
    options: SendOptions,
  ): Promise<DeliveryReport> {
    const durable = options.delivery === 'exactly-once' ? this.#durable : null
    if (targets.size === 0) return new DeliveryStatuses(targets, { retried: false }).end()
    if (durable === null) {
      return new FanOut(message, targets, this.#fanOutParts, options).run(this.#pool)
    }
    if (!durable.connection.up) throw this.#pool.unavailable()
    return new DurableFanOut(durable, message, targets, options).run()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#sends)
    const drained = [
      ...this.#gatewaySubscriptions.map((each) => each.drain()),
      ...this.#ownSubjects.drain(),
    ]
    if (this.#pool.up) await settledWithin(drained, CLOSE_PATIENCE_MS)
    else void Promise.allSettled(drained)
    await this.#durable?.inbox?.close(CLOSE_PATIENCE_MS)
    await this.#hosting.idle()
    await this.#subscribers.idle(CLOSE_PATIENCE_MS)
    // Receipts of handlers that ended in this turn of the event loop are sent in the next turn.
    await nextTurn()
    const flushed = this.#pool.connections
      .filter((connection) => connection.up)
      .map((connection) => connection.flush())
    await settledWithin(flushed, CLOSE_PATIENCE_MS)
    await this.#pool.close()
  }

  #checkOpen(): void {
    if (this.#closing !== null) throw new RegistryError('CLOSED', 'The messenger is closed.')
  }
}
