import { Redis } from 'ioredis'
import type { Backends } from '../../environment/backends.ts'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { redactUrl } from '../../environment/redact-url.ts'

/**
 * Empties the Redis that this gate started, so that no round finds leftovers of an earlier one, however that
 * ended. On external servers each scenario clears its own namespace instead.
 * @throws EnvironmentError if Redis has stopped.
 */
export async function clearServers(backends: Backends): Promise<void> {
  if (backends.kind === 'memory' || backends.kind === 'external') return
  const redis = new Redis(backends.redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1 })
  // The reason arrives as an event; the exception only says that the connection is closed.
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
