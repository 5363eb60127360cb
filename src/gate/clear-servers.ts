import { Redis } from 'ioredis'
import type { Backends } from '../environment/backends.ts'

/**
 * Empties the Redis that this gate has started, so that no round finds what an earlier one left
 * behind, however that ended. Servers of others are left alone: there, each scenario clears its own
 * namespace.
 */
export async function clearServers(backends: Backends): Promise<void> {
  if (backends.kind === 'memory' || backends.kind === 'external') return
  const redis = new Redis(backends.redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 })
  // A server that is gone is reported by the arm that needs it.
  redis.on('error', () => {})
  try {
    await redis.connect()
    await redis.flushall()
  } finally {
    redis.disconnect()
  }
}
