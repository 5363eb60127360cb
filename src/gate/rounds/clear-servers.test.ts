import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import type { ServerBackends } from '../../environment/backends.ts'
import { missingPrograms, startRedisProgram } from '../../environment/programs.ts'
import { clearServers } from './clear-servers.ts'

test.skipIf(missingPrograms() !== undefined)(
  "a gate's own Redis is emptied, another's is left alone, and one that ended is an error",
  async () => {
    const server = await startRedisProgram()
    const backends = {
      kind: 'programs',
      redisUrl: server.url,
      natsUrls: [],
      redisVersion: '7',
      natsVersion: '2',
      configurationHash: null,
    } satisfies ServerBackends
    const redis = new Redis(server.url)
    redis.on('error', () => {})
    await redis.set('left', 'behind')
    await clearServers({ ...backends, kind: 'external' })
    expect(await redis.dbsize()).toBe(1)
    await clearServers(backends)
    expect(await redis.dbsize()).toBe(0)
    redis.disconnect()
    await server.stop()
    await expect(clearServers(backends)).rejects.toMatchObject({ name: 'EnvironmentError' })
  },
)
