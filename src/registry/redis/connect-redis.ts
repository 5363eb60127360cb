import { Cluster, Redis } from 'ioredis'
import { RegistryError } from '../errors.ts'
import { tlsWith, type TlsOption } from '../tls-option.ts'
import { natMapOf, type AddressMap } from './address-map.ts'
import {
  nameOf,
  parseRedis,
  type RedisAccess,
  type RedisAddress,
  type RedisPlace,
} from './address.ts'
import {
  connectFailure,
  optionsFor,
  opened,
  reconnectDelayMs,
  useDatabase,
  within,
  type ConnectingOptions,
} from './client-options.ts'
import { RedisConnection } from './connection.ts'
import { admittedWith, renewOn, type RenewedRedisCredentials } from './redis-credentials.ts'
import { connectBySentinels } from './sentinels.ts'
import { refreshAfterFailures } from './slot-refresh.ts'

const DEFAULT_TIMEOUT_MS = 5_000

/** How to connect to Redis. */
export interface RedisConnectOptions {
  /** How long a server may take to answer, when connecting and later, in ms. Default 5,000. */
  readonly timeoutMs?: number
  /** Where to reach nodes and masters that announce another address. */
  readonly addressMap?: AddressMap
  /** TLS, instead of settings in the URL. */
  readonly tls?: TlsOption
  /** The user and the password, instead of those in the URL. */
  readonly credentials?: RenewedRedisCredentials
}

/**
 * Connects to whatever a Redis URL names, in any form of `parseRedis`. Of several servers, the first that
 * answers is used; if it belongs to a cluster, the whole cluster, which one address is enough to find.
 * @throws RegistryError `UNAVAILABLE` within `timeoutMs` per server, with the reason for each;
 *   `INVALID_ARGUMENT` for an invalid URL.
 */
export async function connectRedis(
  url: string | readonly string[],
  { credentials, tls, ...others }: RedisConnectOptions = {},
): Promise<RedisConnection> {
  const place = overTls(parseRedis(url), tls)
  const used = credentials?.current
  const admitted = used === undefined ? place : admittedWith(place, used)
  const connection = await connectPlace(admitted, others)
  const { usesFunctions = false } = place.kind === 'servers' ? place.addresses[0] : place.access
  connection.usesFunctions = usesFunctions
  if (credentials !== undefined && used !== undefined) {
    renewOn(connection.client, credentials, used, others.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  }
  return connection
}

/** The place, with TLS of an option. */
function overTls(place: RedisPlace, option: TlsOption | undefined): RedisPlace {
  const withTls = <T extends RedisAccess>(to: T): T => ({
    ...to,
    tls: tlsWith('redis', to.tls, option),
  })
  if (place.kind === 'sentinel') return { ...place, access: withTls(place.access) }
  const [first, ...others] = place.addresses
  return { ...place, addresses: [withTls(first), ...others.map(withTls)] }
}

async function connectPlace(
  place: RedisPlace,
  { timeoutMs = DEFAULT_TIMEOUT_MS, addressMap = {} }: RedisConnectOptions,
): Promise<RedisConnection> {
  const options = { timeoutMs, natMap: natMapOf(addressMap) }
  if (place.kind === 'sentinel') return connectBySentinels(place, options)
  const failures: string[] = []
  for (const address of place.addresses) {
    try {
      return await connectTo(address, place.addresses, options)
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'INVALID_ARGUMENT') throw error
      failures.push(`${nameOf(address)}: ${connectFailure(error, address)}`)
    }
  }
  throw new RegistryError('UNAVAILABLE', `Redis is unreachable at ${failures.join('; at ')}.`)
}

async function connectTo(
  address: RedisAddress,
  all: readonly RedisAddress[],
  options: ConnectingOptions,
): Promise<RedisConnection> {
  const { timeoutMs } = options
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
    if (!(await isInCluster(client, deadline - performance.now()))) {
      await useDatabase(client, address.database, deadline - performance.now())
      return new RedisConnection(client, nameOf(address))
    }
  } catch (error) {
    client.disconnect()
    throw error
  }
  client.disconnect()
  return connectToCluster(address, all, deadline - performance.now(), options)
}

/**
 * Whether a server belongs to a cluster, according to HELLO. INFO says so too, but users may lack permission
 * for INFO; HELLO is always allowed. A proxy that doesn't know HELLO stands for one server.
 */
async function isInCluster(client: Redis, leftMs: number): Promise<boolean> {
  try {
    const hello = await within(client.call('HELLO'), leftMs)
    return Array.isArray(hello) && hello[hello.indexOf('mode') + 1] === 'cluster'
  } catch (error) {
    if (error instanceof Error && /unknown command/i.test(error.message)) return false
    throw error
  }
}

async function connectToCluster(
  address: RedisAddress,
  all: readonly RedisAddress[],
  leftMs: number,
  { timeoutMs, natMap }: ConnectingOptions,
): Promise<RedisConnection> {
  let isConnected = false
  if (address.database !== 0) {
    throw new Error(`it is a Redis Cluster, which has no database ${address.database}`)
  }
  const others = all.filter((other) => other !== address)
  const startupNodes = [address, ...others].map(({ host, port }) => ({ host, port }))
  const cluster = new Cluster(startupNodes, {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    // Whoever calls decides whether to try again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    clusterRetryStrategy: (attempt) => (isConnected ? reconnectDelayMs(attempt) : null),
    redisOptions: optionsFor(address, timeoutMs),
    ...(Object.keys(natMap).length === 0 ? {} : { natMap }),
    // A certificate names hosts; by default, the client would connect to their IP addresses.
    ...(address.tls !== null ? { dnsLookup: (host, answer) => answer(null, host) } : {}),
  })
  try {
    await opened(cluster, leftMs)
    isConnected = true
    await openNodes(cluster)
    refreshAfterFailures(cluster)
    return new RedisConnection(cluster, nameOf(address))
  } catch (error) {
    cluster.disconnect()
    throw reasonOfNode(error)
  }
}

/** What a node said, such as that the user may not ask for the slots; the client itself only says that it failed. */
function reasonOfNode(error: unknown): unknown {
  const isOfNode = error instanceof Error && 'lastNodeError' in error
  return isOfNode && error.lastNodeError instanceof Error ? error.lastNodeError : error
}

/** Opens the connections to all nodes: the client refuses commands while it opens a node's first connection. */
async function openNodes(cluster: Cluster): Promise<void> {
  const open = (node: Redis) => (node.status === 'wait' ? node.connect() : node.ping())
  cluster.on('+node', (node: Redis) => void open(node).catch(() => {}))
  await Promise.allSettled(cluster.nodes('master').map(open))
}
