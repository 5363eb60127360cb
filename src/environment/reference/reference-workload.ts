import { randomBytes } from 'node:crypto'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { parseServerAddresses } from '../../registry/nats/server-address.ts'
import { summaryOf, type RoundTrips } from './summary.ts'

/**
 * Raised with any change of what follows, the clients' use included: figures of unlike versions
 * can't be compared.
 *
 * Version 1: 22 blocks, the first 2 of them to warm up. In each, 50 times on one Redis connection
 * `SET <key> <64 bytes> PX 60000`, then 50 requests of 64 bytes to a subject of its own on one NATS
 * connection, answered with the same bytes on another; always one after the other's answer.
 */
export const REFERENCE_VERSION = 1

const BLOCKS = 20
const WARM_UP_BLOCKS = 2
const ROUND_TRIPS_A_BLOCK = 50
const PAYLOAD = 'x'.repeat(64)
/** A server that takes longer for one answer is no reference. */
const TIMEOUT_MS = 5_000

/** What a machine and its servers took for something that no change of this project's code touches. */
export interface Reference {
  readonly version: number
  /** Of each server. */
  readonly roundTrips: number
  /** Median time of a round trip. */
  readonly redisP50Ms: number
  readonly natsP50Ms: number
  /** Interquartile range of the blocks' medians, relative to the median: how steady it was. */
  readonly redisSpread: number
  readonly natsSpread: number
}

/** Addresses as `ServerBackends` has them. */
export interface ReferenceServers {
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
}

/**
 * Runs the reference workload: 1,100 round trips of each server, about half a second in all. The ratio of
 * what is measured afterwards to it can be compared with that of another day.
 *
 * It keeps out of all namespaces: its key and its subject have names of their own, and the key is
 * deleted, or expires by itself within a minute.
 *
 * @throws Error if a server can't be reached or refuses.
 */
export async function runReferenceWorkload(servers: ReferenceServers): Promise<Reference> {
  const name = `prism-reference-${randomBytes(6).toString('hex')}`
  const redis = new Redis(servers.redisUrl, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  const { hosts, credentials } = parseServerAddresses(servers.natsUrls)
  const options = { servers: [...hosts], ...credentials, timeout: TIMEOUT_MS, reconnect: false }
  const connections: NatsConnection[] = []
  const connected = async (): Promise<NatsConnection> => {
    const connection = await connect(options)
    connections.push(connection)
    return connection
  }
  try {
    await redis.connect()
    const requester = await connected()
    const responder = await connected()
    responder.subscribe(name, { callback: (_, message) => void message.respond(message.data) })
    await responder.flush()

    const onRedis = () => redis.set(name, PAYLOAD, 'PX', 60_000)
    const onNats = () => requester.request(name, PAYLOAD, { timeout: TIMEOUT_MS })
    const times: { redis: RoundTrips[]; nats: RoundTrips[] } = { redis: [], nats: [] }
    for (let block = -WARM_UP_BLOCKS; block < BLOCKS; block += 1) {
      const ofRedis = await timed(onRedis)
      const ofNats = await timed(onNats)
      if (block < 0) continue
      times.redis.push(ofRedis)
      times.nats.push(ofNats)
    }
    await redis.del(name)
    const [redisTimes, natsTimes] = [summaryOf(times.redis), summaryOf(times.nats)]
    return {
      version: REFERENCE_VERSION,
      roundTrips: BLOCKS * ROUND_TRIPS_A_BLOCK,
      redisP50Ms: redisTimes.p50Ms,
      natsP50Ms: natsTimes.p50Ms,
      redisSpread: redisTimes.spread,
      natsSpread: natsTimes.spread,
    }
  } finally {
    redis.disconnect()
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

/** How long each round trip of a block took, in ms. */
async function timed(roundTrip: () => Promise<unknown>): Promise<RoundTrips> {
  const times: number[] = []
  for (let k = 0; k < ROUND_TRIPS_A_BLOCK; k += 1) {
    const startedAt = performance.now()
    await roundTrip()
    times.push(performance.now() - startedAt)
  }
  return times
}
