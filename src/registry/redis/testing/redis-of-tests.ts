import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { startRedisProgram, type ServerProgram } from '../../../environment/programs.ts'

/** A Redis of its own for the tests of a `describe`, and a plain client of it. */
export interface RedisOfTests {
  readonly server: ServerProgram
  readonly redis: Redis
}

/**
 * Starts a Redis before the tests of the `describe` that calls it, and ends it after them.
 * @param extraArgs added to its command line.
 */
export function redisOfTests(extraArgs: readonly string[] = []): RedisOfTests {
  let running: RedisOfTests | null = null
  const own = (): RedisOfTests => {
    if (running === null) throw new Error('The Redis of these tests has not been started.')
    return running
  }
  beforeAll(async () => {
    const server = await startRedisProgram({ extraArgs })
    running = { server, redis: new Redis(server.url) }
  })
  afterAll(async () => {
    await own().redis.quit()
    await own().server.stop()
  })
  return {
    get server() {
      return own().server
    },
    get redis() {
      return own().redis
    },
  }
}
