import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../../src/environment/programs.ts'
import { registerScript } from '../../../src/registry/redis/scripts.ts'
import { runRedisBenchmark, whyNoRedisBenchmark } from './redis-benchmark.ts'

const isInstalled = ['redis-benchmark', 'redis-server'].every((name) => findProgram(name))

test.skipIf(!isInstalled)(
  'redis-benchmark makes registrations (needs redis-benchmark and redis-server)',
  async () => {
    const server = await startRedisProgram()
    onTestFinished(() => server.stop())
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const requestMs = await runRedisBenchmark({
      redisUrl: server.url,
      scriptSha1: String(await redis.script('LOAD', registerScript)),
      namespace: 'test',
      metadataJson: '{"status":"online"}',
      identities: 10,
      requests: 640,
      clients: 2,
    })
    expect(requestMs).toBeGreaterThan(0)
    expect(await redis.zcount('test:~index', '(-inf', '+inf')).toBe(10)
    expect(await redis.xlen('test:~log')).toBe(640)
    expect(await redis.hgetall('test:user-000000000000')).toMatchObject({
      id: expect.stringMatching(/^user-00000000000\d$/),
      metadata: '{"status":"online"}',
    })
  },
)

test.skipIf(!isInstalled)('redis-benchmark is not run against a server with a password', () => {
  expect(whyNoRedisBenchmark('redis://127.0.0.1:6379/2')).toBeNull()
  expect(whyNoRedisBenchmark('redis://:secret@127.0.0.1:6379')).toContain('password')
  expect(whyNoRedisBenchmark('redis://127.0.0.1?password-file=/p')).toContain('password')
  expect(whyNoRedisBenchmark('rediss://127.0.0.1:6379')).toContain('TLS')
})
