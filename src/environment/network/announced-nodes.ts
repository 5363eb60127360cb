import { connectRedis } from '../../registry/redis/connect-redis.ts'
import type { ServerBackends } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { readSlots } from '../redis-topology.ts'

/**
 * The addresses that a Redis Cluster tells its clients, `host:port`: they connect to these, whichever address they
 * were given. None without a cluster.
 * @throws EnvironmentError if no node answers, or the servers are found by Sentinel.
 */
export async function announcedNodes({
  redisUrl,
  redisTopology,
}: Pick<ServerBackends, 'redisUrl' | 'redisTopology'>): Promise<readonly string[]> {
  if (redisUrl.includes('+sentinel://')) {
    throw new EnvironmentError(
      "network: connections to a Redis that Sentinel finds can't be cut or slowed: its clients ask Sentinel for the address. Give the servers themselves, as in REDIS_URL=redis://host:6379.",
    )
  }
  if (redisTopology?.startsWith('cluster') !== true) return []
  try {
    const { client, servers } = await opened(redisUrl)
    try {
      return readSlots(await servers[0]?.cluster('SLOTS')).map(({ address }) => address)
    } finally {
      client.disconnect()
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EnvironmentError(`network: the nodes of the Redis Cluster are unknown: ${reason}`, {
      cause: error,
    })
  }
}

async function opened(redisUrl: string) {
  const connection = await connectRedis(redisUrl)
  return { client: connection.client, servers: connection.servers() }
}
