import { randomBytes } from 'node:crypto'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { parseServerAddresses } from '../../registry/nats/server-address.ts'
import { connectRedis } from '../../registry/redis/connect-redis.ts'
import { summaryOf, type Reference, type RoundTrips } from './reference.ts'

/**
 * Raised with any change of the workload, including how it uses the clients: results of different versions
 * are incomparable.
 *
 * Version 1: 22 blocks, the first 2 of them to warm up. Each block sends `SET <key> <64 bytes> PX 60000`
 * 50 times on one Redis connection, then 50 requests of 64 bytes to its own subject on one NATS connection,
 * answered with the same bytes on another connection; each round trip starts after the last has ended.
 */
export const REFERENCE_VERSION = 1

const BLOCKS = 20
const WARM_UP_BLOCKS = 2
const ROUND_TRIPS_PER_BLOCK = 50
const PAYLOAD = 'x'.repeat(64)
/** A server that takes longer to answer gives no reference. */
const TIMEOUT_MS = 5_000

/** Addresses as `ServerBackends` has them. */
export interface ReferenceServers {
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
}

/**
 * Runs the reference workload: 1,100 round trips per server, about half a second in all. Ratios of later
 * measurements to it are comparable from one day to another.
 *
 * It stays out of all namespaces: its key and its subject have unique names, and the key is deleted, or
 * expires within a minute.
 *
 * @throws Error if a server is unreachable or refuses.
 */
export async function runReferenceWorkload(servers: ReferenceServers): Promise<Reference> {
  const name = `prism-reference-${randomBytes(6).toString('hex')}`
  const { client: redis } = await connectRedis(servers.redisUrl, { timeoutMs: TIMEOUT_MS })
  const { hosts, credentials } = parseServerAddresses(servers.natsUrls)
  const options = { servers: [...hosts], ...credentials, timeout: TIMEOUT_MS, reconnect: false }
  const connections: NatsConnection[] = []
  const connected = async (): Promise<NatsConnection> => {
    const connection = await connect(options)
    connections.push(connection)
    return connection
  }
  try {
    const requester = await connected()
    const responder = await connected()
    let refusal: Error | null = null
    responder.subscribe(name, {
      callback: (error, message) => {
        // Without a message, the server has refused the subscription.
        if (error === null) message.respond(message.data)
        else refusal = error
      },
    })
    await responder.flush()
    if (refusal !== null) throw refusal

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
    return {
      version: REFERENCE_VERSION,
      roundTrips: BLOCKS * ROUND_TRIPS_PER_BLOCK,
      parts: [
        { name: 'Redis', ...summaryOf(times.redis) },
        { name: 'NATS', ...summaryOf(times.nats) },
      ],
    }
  } finally {
    redis.disconnect()
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

/** The time of each round trip of a block, in ms. */
async function timed(roundTrip: () => Promise<unknown>): Promise<RoundTrips> {
  const times: number[] = []
  for (let k = 0; k < ROUND_TRIPS_PER_BLOCK; k += 1) {
    const startedAt = performance.now()
    await roundTrip()
    times.push(performance.now() - startedAt)
  }
  return times
}
