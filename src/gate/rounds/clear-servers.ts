import { Cluster } from 'ioredis'
import type { Backends } from '../../environment/backends.ts'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { connectRedis } from '../../registry/redis/connect-redis.ts'
import { redactUrl } from '../../environment/redact-url.ts'

/**
 * Empties the Redis that this gate started, so that no round finds leftovers of an earlier one, however that
 * ended. On external servers each scenario clears its own namespace instead.
 * @throws EnvironmentError if Redis has stopped.
 */
export async function clearServers(backends: Backends): Promise<void> {
  if (backends.kind === 'memory' || backends.kind === 'external') return
  try {
    const { client } = await connectRedis(backends.redisUrl)
    try {
      const primaries = client instanceof Cluster ? client.nodes('master') : [client]
      await Promise.all(primaries.map((primary) => primary.flushall()))
    } finally {
      client.disconnect()
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EnvironmentError(
      `Redis at ${redactUrl(backends.redisUrl)} ended between rounds: ${reason}`,
    )
  }
}
