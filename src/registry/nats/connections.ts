import {
  AuthorizationError,
  connect,
  type NatsConnection,
  PermissionViolationError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node'
import { shuffled } from '../../stats/random.ts'
import { RegistryError } from '../errors.ts'
import { settledWithin } from '../waiting.ts'
import { Warnings } from '../warnings.ts'
import { guardRequests, skipSearchesForRefused } from './guarded-requests.ts'
import { quoted } from '../text.ts'
import { ReplyInbox } from './reply-inbox.ts'
import { parseServerAddresses, type ServerAddresses } from './server-address.ts'

/** One NATS connection, its state, and the inbox for its receipts. */
export class Connection {
  readonly nats: NatsConnection
  readonly inbox: ReplyInbox
  readonly #warnings: Warnings
  #up = true
  #losses = 0

  /** @param onChange called when the connection is lost or restored. */
  constructor(nats: NatsConnection, inboxPrefix: string, warnings: Warnings, onChange: () => void) {
    this.nats = nats
    this.inbox = new ReplyInbox(nats, inboxPrefix)
    this.#warnings = warnings
    guardRequests(nats)
    skipSearchesForRefused(nats)
    void this.#follow(onChange)
  }

  /** How often the connection was lost. A flush says nothing about messages sent before a loss. */
  get losses(): number {
    return this.#losses
  }

  /** Whether the connection is up. While it is down, nothing is published, so nothing is buffered and sent late. */
  get up(): boolean {
    return this.#up && !this.nats.isClosed()
  }

  /** The server's maximum size of a message with headers, in bytes. */
  get maxPayloadBytes(): number {
    return this.nats.info?.max_payload ?? 1024 * 1024
  }

  async #follow(onChange: () => void): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') {
        this.#up = status.type === 'reconnect'
        if (!this.#up) this.#losses += 1
        onChange()
      } else if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        this.#onForbidden(status.error)
      }
    }
  }

  #onForbidden({ operation, subject }: PermissionViolationError): void {
    const isPublish = operation === 'publish'
    if (isPublish) this.inbox.refuse(subject)
    this.#warnings.warn(
      'PERMISSION_DENIED',
      `NATS does not permit this client to ${isPublish ? 'publish' : 'subscribe'} to ${quoted(subject, 256)}; check the permissions of its user.`,
    )
  }
}

/** How to connect. */
export interface PoolOptions {
  readonly servers: readonly string[]
  readonly connections: number
  /** Whether to use no other servers of the cluster. Default `false`. */
  readonly ignoreClusterUpdates?: boolean
  readonly connectTimeoutMs: number
  /** The prefix of all inboxes, such as `_INBOX.<namespace>`. */
  readonly inboxPrefix: string
  /** Called with `false` when all connections are lost, and with `true` when one is restored. */
  readonly onUpChange?: (up: boolean) => void
  /** Receives a warning for each missing permission. */
  readonly warnings?: Warnings
}

/** The NATS connections of one messenger. Each reconnects on its own, to any of the servers. */
export class ConnectionPool {
  readonly connections: readonly Connection[]
  readonly #hosts: readonly string[]
  #next = 0
  #closed = false

  private constructor(
    opened: readonly NatsConnection[],
    hosts: readonly string[],
    { inboxPrefix, onUpChange = () => {}, warnings = new Warnings() }: PoolOptions,
  ) {
    let wasUp = true
    const onChange = (): void => {
      const { up } = this
      if (up === wasUp || this.#closed) return
      wasUp = up
      onUpChange(up)
    }
    this.connections = opened.map((nats) => new Connection(nats, inboxPrefix, warnings, onChange))
    this.#hosts = hosts
  }

  /** Whether any connection is up. */
  get up(): boolean {
    return this.connections.some((connection) => connection.up)
  }

  /** @throws RegistryError `UNAVAILABLE` naming the hosts, within `connectTimeoutMs`. */
  static async open(options: PoolOptions): Promise<ConnectionPool> {
    const addresses = parseServerAddresses(options.servers)
    const start = Math.floor(Math.random() * addresses.hosts.length)
    const attempts = await Promise.allSettled(
      Array.from({ length: options.connections }, (_, index) =>
        connectWithin(addresses, start + index, options),
      ),
    )
    const opened: NatsConnection[] = []
    let failure: unknown
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') opened.push(attempt.value)
      else failure = attempt.reason
    }
    if (failure !== undefined) {
      await Promise.all(opened.map((nats) => nats.close()))
      throw failure
    }
    const pool = new ConnectionPool(opened, addresses.hosts, options)
    await pool.#checkInboxes(options)
    return pool
  }

  /** Checks the inboxes: without one, a connection receives no replies, as if all its messages were lost. */
  async #checkInboxes({ connectTimeoutMs, inboxPrefix }: PoolOptions): Promise<void> {
    await settledWithin(
      this.connections.map(({ nats }) => nats.flush()),
      connectTimeoutMs,
    )
    const refused = this.connections.find(({ inbox }) => inbox.refusal !== null)
    if (refused === undefined) return
    await this.close()
    throw unavailable(
      this.#hosts,
      `its user lacks permission to subscribe to ${inboxPrefix}.>, where replies arrive`,
      refused.inbox.refusal,
    )
  }

  /** Picks connections that are up in rotation; `undefined` if none is up. */
  pick(): Connection | undefined {
    for (let tried = 0; tried < this.connections.length; tried += 1) {
      const connection = this.connections[this.#next]
      this.#next = (this.#next + 1) % this.connections.length
      if (connection?.up) return connection
    }
    return undefined
  }

  /** The error for calls that need the broker while no connection is up. */
  unavailable(cause?: unknown): RegistryError {
    return unavailable(this.#hosts, 'the connection is lost; reconnecting', cause)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.connections.map(({ nats }) => nats.close()))
  }
}

async function connectWithin(
  { hosts, credentials }: ServerAddresses,
  start: number,
  { connectTimeoutMs: timeoutMs, ignoreClusterUpdates = false, inboxPrefix }: PoolOptions,
): Promise<NatsConnection> {
  const connecting = connect({
    servers: inRandomOrder(hosts, start % hosts.length),
    noRandomize: true,
    ignoreClusterUpdates,
    ...credentials,
    name: 'prism-multicast',
    inboxPrefix,
    timeout: Math.max(1, Math.floor(timeoutMs / hosts.length)),
    // Mostly random, so that the thousand clients of a server that comes back don't connect at once.
    reconnectTimeWait: 100,
    reconnectJitter: 400,
    maxReconnectAttempts: -1,
    // A restarting server may refuse for a moment; only `close()` gives up.
    ignoreAuthErrorAbort: true,
    // A server that is stopped or cut off counts as lost after 4 to 6 s: at the third ping without an answer.
    pingInterval: 2_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  })
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(unavailable(hosts, `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([connecting, deadline])
  } catch (error) {
    void connecting.then(
      (late) => late.close(),
      () => {},
    )
    throw error instanceof RegistryError ? error : unavailable(hosts, reasonOf(error), error)
  } finally {
    clearTimeout(timer)
  }
}

/** The hosts, one first, the others at random: the clients of a server that is lost spread over the others. */
function inRandomOrder(hosts: readonly string[], first: number): string[] {
  const others = hosts.filter((_, at) => at !== first)
  return [...hosts.slice(first, first + 1), ...shuffled(others)]
}

function unavailable(hosts: readonly string[], reason: string, cause?: unknown): RegistryError {
  return new RegistryError(
    'UNAVAILABLE',
    `NATS at ${hosts.join(', ')} is unavailable: ${reason}.`,
    cause === undefined ? undefined : { cause },
  )
}

function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError) {
    return 'the server refused the credentials; check the user and password in the URL'
  }
  return error instanceof Error && error.message !== '' ? error.message : 'the connection failed'
}
