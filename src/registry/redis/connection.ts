import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { RegistryError } from '../errors.ts'
import { nameOf, parseRedisAddress, type RedisAddress } from './address.ts'

type RedisClient = Redis | Cluster

/** A script as a command of the client: the number of keys, the keys, the arguments. */
type ScriptCommand = (...args: readonly (string | number)[]) => Promise<unknown>

/** Longest pause between two attempts to reconnect. */
const maxReconnectDelayMs = 1000

/**
 * A connection to one Redis server or to a cluster. While it is lost, every command fails at once, and
 * it reconnects in the background. Commands in flight fail too, because a repeated write might take
 * effect twice. A server that stops answering counts as lost after the timeout.
 */
export class RedisConnection {
  readonly client: RedisClient
  /** `host:port`, for messages. */
  readonly name: string
  readonly #commands = new Map<string, ScriptCommand>()

  constructor(client: RedisClient, name: string) {
    this.client = client
    this.name = name
  }

  get isCluster(): boolean {
    return this.client instanceof Cluster
  }

  /**
   * Runs a script. The client sends its source once per connection, and again if the server has lost it. If
   * the server loses it once more in between, the source goes with the call: it has not run yet.
   */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const command = this.#commands.get(script) ?? this.#define(script)
    try {
      return await command(keys.length, ...keys, ...args).catch((error: unknown) => {
        if (!String(error).includes('NOSCRIPT')) throw error
        return this.client.eval(script, keys.length, ...keys, ...args)
      })
    } catch (error) {
      throw this.failure(error, keys)
    }
  }

  #define(script: string): ScriptCommand {
    const name = `script${this.#commands.size}`
    this.client.defineCommand(name, { lua: script })
    const command = Reflect.get(this.client, name).bind(this.client) as ScriptCommand
    this.#commands.set(script, command)
    return command
  }

  /** Runs commands on the client and maps its errors to the registry's. */
  async perform<T>(commands: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await commands(this.client)
    } catch (error) {
      throw this.failure(error)
    }
  }

  /**
   * The error for a failed command. It has no `cause`, because the client's errors may quote a password.
   * @param keys the keys of the command.
   */
  failure(error: unknown, keys: readonly string[] = []): RegistryError {
    if (error instanceof RegistryError) return error
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (message.startsWith('WRONGTYPE') && keys.length > 0) {
      const named = keys.slice(0, 3).map((key) => `"${key}"`)
      return new RegistryError(
        'UNAVAILABLE',
        `Redis at ${this.name} refused: WRONGTYPE. Another program wrote to one of ` +
          `the keys ${named.join(', ')}. Delete that key; the registry restores what it can.`,
      )
    }
    return new RegistryError(
      'UNAVAILABLE',
      name === 'ReplyError'
        ? `Redis at ${this.name} refused: ${message}`
        : `The connection to Redis at ${this.name} is lost (${reasonIn(message)}); a write in ` +
            'progress may or may not have taken effect. Reconnecting.',
    )
  }

  /** The servers that hold keys: the masters of a cluster, or the single server. */
  servers(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
  }

  /** Closes the connection once all commands in flight are answered. */
  async close(): Promise<void> {
    try {
      await this.client.quit()
    } catch {
      // Already lost: no answer will arrive.
    }
    this.client.disconnect()
  }
}

/**
 * Connects to the first server that answers; if it belongs to a cluster, to the whole cluster.
 * @throws RegistryError `UNAVAILABLE` within `timeoutMs` per server, with the reason for each;
 *   `INVALID_ARGUMENT` for an invalid URL.
 */
export async function connectRedis(
  urls: readonly string[],
  timeoutMs: number,
): Promise<RedisConnection> {
  const addresses = urls.map(parseRedisAddress)
  const failures: string[] = []
  for (const address of addresses) {
    try {
      return await connectTo(address, timeoutMs)
    } catch (error) {
      failures.push(`${nameOf(address)}: ${reasonIn(String(error))}`)
    }
  }
  throw new RegistryError('UNAVAILABLE', `Redis is unreachable at ${failures.join('; at ')}.`)
}

async function connectTo(address: RedisAddress, timeoutMs: number): Promise<RedisConnection> {
  const deadline = performance.now() + timeoutMs
  const client = new Redis({
    ...optionsFor(address, timeoutMs),
    host: address.host,
    port: address.port,
    db: address.database,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => (isConnected ? reconnectDelayMs(attempt) : null),
  })
  let isConnected = false
  try {
    await opened(client, timeoutMs)
    isConnected = true
    const mode = modeIn(await within(client.call('HELLO'), deadline - performance.now()))
    if (mode !== 'cluster') return new RedisConnection(client, nameOf(address))
  } catch (error) {
    client.disconnect()
    throw error
  }
  client.disconnect()
  return connectToCluster(address, deadline - performance.now(), timeoutMs)
}

async function connectToCluster(
  address: RedisAddress,
  leftMs: number,
  timeoutMs: number,
): Promise<RedisConnection> {
  let isConnected = false
  const cluster = new Cluster([{ host: address.host, port: address.port }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    retryDelayOnFailover: 0,
    clusterRetryStrategy: (attempt) => (isConnected ? reconnectDelayMs(attempt) : null),
    redisOptions: optionsFor(address, timeoutMs),
  })
  try {
    await opened(cluster, leftMs)
    isConnected = true
    await openNodes(cluster)
    return new RedisConnection(cluster, nameOf(address))
  } catch (error) {
    cluster.disconnect()
    throw error
  }
}

/** Opens the connections to all nodes: the client refuses commands while it opens a node's first connection. */
async function openNodes(cluster: Cluster): Promise<void> {
  const open = (node: Redis) => (node.status === 'wait' ? node.connect() : node.ping())
  cluster.on('+node', (node: Redis) => void open(node).catch(() => {}))
  await Promise.allSettled(cluster.nodes('master').map(open))
}

function optionsFor(address: RedisAddress, timeoutMs: number) {
  return {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.usesTls ? { tls: {} } : {}),
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // The client would send INFO and CLIENT SETINFO, for which users may lack permission.
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
}

/**
 * The mode of a server according to HELLO: `standalone`, `sentinel` or `cluster`. INFO has it too, but
 * users may lack permission for INFO; HELLO is always allowed.
 */
function modeIn(hello: unknown): unknown {
  if (!Array.isArray(hello)) return undefined
  return hello[hello.indexOf('mode') + 1]
}

/** Connects, and throws the reason if that fails: the client itself reports it as an event. */
async function opened(client: RedisClient, timeoutMs: number): Promise<void> {
  let reason: unknown
  client.on('error', (error: unknown) => {
    reason = error
  })
  try {
    await within(client.connect(), timeoutMs)
  } catch (error) {
    throw reason ?? error
  }
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${Math.max(0, Math.round(timeoutMs))} ms`)
    timer = setTimeout(() => reject(error), Math.max(0, timeoutMs))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), maxReconnectDelayMs)
}

function reasonIn(message: string): string {
  return message.replace(/^(\w*Error: )+/, '').replace(/\.$/, '')
}
