import { Redis } from 'ioredis'
import type { Backends } from '../../environment/backends.ts'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { redactUrl } from '../../environment/redact-url.ts'

/**
 * Empties the Redis that this gate has started, so that no round finds what an earlier one left
 * behind, however that ended. Servers of others are left alone: there, each scenario clears its own
 * namespace.
 * @throws EnvironmentError if it has ended meanwhile.
 */
export async function clearServers(backends: Backends): Promise<void> {
  if (backends.kind === 'memory' || backends.kind === 'external') return
  const redis = new Redis(backends.redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 })
  // The reason comes as an event; what is thrown says only that the connection is closed.
  let reason = ''
  redis.on('error', (error: Error) => {
    reason = `: ${error.message}`
  })
  try {
    await redis.connect()
    await redis.flushall()
  } catch {
    throw new EnvironmentError(
      `Redis at ${redactUrl(backends.redisUrl)} ended between rounds${reason}`,
    )
  } finally {
    redis.disconnect()
  }
}
