import { connect, type NatsConnection } from '@nats-io/transport-node'
import { shuffled } from '../../stats/random.ts'
import type { NatsCredentials } from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import { settledWithin } from '../waiting.ts'
import { Warnings } from '../warnings.ts'
import type { TlsOption } from '../tls-option.ts'
import { tlsFailure } from '../tls-failure.ts'
import { Connection, isRefusal } from './connection.ts'
import { Admission, type RenewedNatsCredentials } from './nats-credentials.ts'
import { parseServerAddresses, type ServerAddresses } from './server-address.ts'
import { FirstConnection } from './first-connection.ts'
import { refusalOf, tlsRefusal, type ConnectAddresses } from './tls-refusal.ts'

/** How to connect. */
export interface PoolOptions {
  readonly servers: readonly string[]
  /** TLS, instead of settings in the URLs. */
  readonly tls?: TlsOption
  readonly connections: number
  /** Whether to use no other servers of the cluster. Default `false`. */
  readonly ignoreClusterUpdates?: boolean
  readonly connectTimeoutMs: number
  /** The prefix of all inboxes, such as `_INBOX.<namespace>`. */
  readonly inboxPrefix: string
  /** Instead of those in the addresses: a connection is replaced before they end. */
  readonly credentials?: RenewedNatsCredentials
  /** Called with `false` when all connections are lost, and with `true` when one is restored. */
  readonly onUpChange?: (up: boolean) => void
  /** Receives a warning for each missing permission. */
  readonly warnings?: Warnings
}

/** One of the library's connections, and how it was admitted. */
interface Opened {
  readonly nats: NatsConnection
  readonly admission: Admission | null
}

/** The NATS connections of one messenger. Each reconnects on its own, to any of the servers. */
export class ConnectionPool {
  readonly connections: readonly Connection[]
  readonly #addresses: ServerAddresses
  readonly #options: PoolOptions
  readonly #unfollow: () => void
  #next = 0
  #replacing: Promise<void> = Promise.resolve()
  #closed = false

  /** @param first the credentials that the connections were opened with. */
  private constructor(
    opened: readonly Opened[],
    addresses: ServerAddresses,
    options: PoolOptions,
    first: NatsCredentials | undefined,
  ) {
    const { inboxPrefix, onUpChange = () => {}, warnings = new Warnings(), credentials } = options
    let wasUp = true
    const onChange = (): void => {
      const { up } = this
      if (up === wasUp || this.#closed) return
      wasUp = up
      onUpChange(up)
    }
    this.connections = opened.map(
      ({ nats, admission }) => new Connection(nats, { inboxPrefix, warnings, onChange, admission }),
    )
    this.#addresses = addresses
    this.#options = options
    this.#unfollow =
      credentials !== undefined && first !== undefined
        ? credentials.follow((next) => this.#replaceInTurn(next), first)
        : () => {}
  }

  /** Whether any connection is up. */
  get up(): boolean {
    return this.connections.some((connection) => connection.up)
  }

  /** @throws RegistryError `UNAVAILABLE` naming the hosts, within `connectTimeoutMs`. */
  static async open(options: PoolOptions): Promise<ConnectionPool> {
    const addresses = parseServerAddresses(options.servers, options.tls)
    const start = Math.floor(Math.random() * addresses.hosts.length)
    const first = options.credentials?.current
    const attempts = await Promise.allSettled(
      Array.from({ length: options.connections }, (_, index) =>
        openOne(addresses, start + index, options, first),
      ),
    )
    const opened: Opened[] = []
    let failure: unknown
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') opened.push(attempt.value)
      else failure = attempt.reason
    }
    if (failure !== undefined) {
      await Promise.all(opened.map(({ nats }) => nats.close()))
      throw failure
    }
    const pool = new ConnectionPool(opened, addresses, options, first)
    await pool.#checkInboxes(options)
    return pool
  }

  /** Checks the inboxes: without one, a connection receives no replies, as if all its messages were lost. */
  async #checkInboxes({ connectTimeoutMs, inboxPrefix }: PoolOptions): Promise<void> {
    await settledWithin(
      this.connections.map((connection) => connection.flush()),
      connectTimeoutMs,
    )
    const refused = this.connections.find(({ inbox }) => inbox.refusal !== null)
    if (refused === undefined) return
    await this.close()
    throw unavailable(
      this.#addresses.hosts,
      `its user lacks permission to subscribe to ${inboxPrefix}.>, where replies arrive`,
      refused.inbox.refusal,
    )
  }

  /** Replaces the connections, after those that are being replaced already. */
  #replaceInTurn(next: NatsCredentials): Promise<void> {
    this.#replacing = this.#replaceAfter(this.#replacing, next)
    return this.#replacing
  }

  async #replaceAfter(before: Promise<void>, next: NatsCredentials): Promise<void> {
    await Promise.allSettled([before])
    await this.#replaceAll(next)
  }

  /**
   * Replaces the connections, one after the other, so that only one more is needed. Those that are down find new credentials
   * when they reconnect.
   */
  async #replaceAll(next: NatsCredentials): Promise<void> {
    const { connectTimeoutMs } = this.#options
    for (const [index, connection] of this.connections.entries()) {
      if (this.#closed || !connection.up) continue
      const { nats, admission } = await openOne(this.#addresses, index, this.#options, next)
      if (admission === null) continue
      if (this.#closed) await nats.close()
      else await connection.replaceWith(nats, admission, connectTimeoutMs)
    }
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
    return unavailable(this.#addresses.hosts, 'the connection is lost; reconnecting', cause)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#unfollow()
    this.#options.credentials?.close()
    await Promise.all(this.connections.map((connection) => connection.close()))
  }
}

/** Opens one connection, with given credentials or those of the addresses. */
async function openOne(
  addresses: ServerAddresses,
  start: number,
  options: PoolOptions,
  first: NatsCredentials | undefined,
): Promise<Opened> {
  const { credentials } = options
  if (credentials === undefined || first === undefined) {
    return { nats: await connectWithin(addresses, start, options), admission: null }
  }
  const admission = new Admission(credentials, first)
  const { authenticator } = admission
  const admitted = { ...addresses, credentials: { ...addresses.credentials, authenticator } }
  const nats = await connectWithin(admitted, start, options)
  admission.connected()
  return { nats, admission: credentials.areRenewed ? admission : null }
}

async function connectWithin(
  addresses: ConnectAddresses,
  start: number,
  { connectTimeoutMs: timeoutMs, ignoreClusterUpdates = false, inboxPrefix }: PoolOptions,
): Promise<NatsConnection> {
  const { hosts, credentials } = addresses
  const first = new FirstConnection()
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
    reconnectToServer: first.choose,
  })
  let timer: NodeJS.Timeout | undefined
  let asking: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    asking = setTimeout(() => {
      void tlsRefusal(addresses, timeoutMs / 2).then((refusal) => {
        if (refusal !== null) reject(unavailable(hosts, refusal))
      })
    }, timeoutMs / 2)
    timer = setTimeout(
      () => reject(unavailable(hosts, `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
  })
  try {
    const nats = await Promise.race([connecting, deadline])
    first.end()
    return nats
  } catch (error) {
    first.giveUp()
    void connecting.then(
      (late) => late.close(),
      () => {},
    )
    if (error instanceof RegistryError) throw error
    const reason = first.isExhausted ? await refusalOf(addresses, timeoutMs) : error
    throw unavailable(hosts, reasonOf(reason), reason)
  } finally {
    clearTimeout(asking)
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
  const ofTls = tlsFailure('nats', error)
  if (ofTls !== null) return ofTls
  if (isRefusal(error)) {
    return 'the server refused the credentials; check those in the URL, in its files or from natsCredentials'
  }
  return error instanceof Error && error.message !== '' ? error.message : 'the connection failed'
}
