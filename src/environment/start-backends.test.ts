import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { EnvironmentError } from './environment-error.ts'
import { missingPrograms, startNatsProgram, startRedisProgram } from './programs.ts'
import { startBackends } from './start-backends.ts'

const missing = missingPrograms()
const onProgress = () => {}
const noSuchImages = { redis: 'localhost:1/no-such-redis:0', nats: 'localhost:1/no-such-nats:0' }

describe('programs', () => {
  test('are started, answer, and are gone after stop', async ({ skip }) => {
    skip(missing !== undefined, missing)
    const { backends, stop } = await startBackends({ choice: 'programs', onProgress })
    if (backends.kind !== 'programs') throw new Error(`got ${backends.kind}`)
    expect(backends.redisVersion).toMatch(/^\d+\.\d+/)
    expect(backends.natsVersion).toMatch(/^\d+\.\d+/)
    const redis = new Redis(backends.redisUrl, { retryStrategy: () => null })
    redis.on('error', () => {})
    expect(await redis.ping()).toBe('PONG')
    await stop()
    await expect(redis.ping()).rejects.toThrow('Connection is closed')
  })

  test('names missing programs and how to install them', async () => {
    vi.stubEnv('PATH', '/nowhere')
    const failure = startBackends({ choice: 'programs', onProgress })
    await expect(failure).rejects.toThrow(EnvironmentError)
    await expect(failure).rejects.toThrow(/redis-server.* not on the PATH\. Install Redis/)
    vi.unstubAllEnvs()
  })
})

describe('memory', () => {
  test('starts nothing and says that no real server was measured', async () => {
    const { backends } = await startBackends({ choice: 'memory', onProgress })
    expect(backends).toEqual({
      kind: 'memory',
      notice: expect.stringContaining('No real server was measured'),
    })
  })
})

describe('external', () => {
  test('servers are used as they are, and left running', async ({ skip }) => {
    skip(missing !== undefined, missing)
    const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
    const given = { redisUrl: `127.0.0.1:${redis.port}`, natsUrl: `${nats.url},${nats.url}` }
    for (const choice of ['external', 'auto'] as const) {
      const { backends, stop } = await startBackends({ choice, ...given, onProgress })
      expect(backends).toMatchObject({
        kind: 'external',
        redisUrl: redis.url,
        natsUrls: [nats.url, nats.url],
      })
      await stop()
    }
    await Promise.all([redis.stop(), nats.stop()])
  })

  test.each([
    [{ redisUrl: 'redis://127.0.0.1:1' }, 'NATS_URL is not set'],
    [{ natsUrl: 'nats://127.0.0.1:1' }, 'REDIS_URL is not set'],
  ])('%o alone is refused', async (given, message) => {
    for (const choice of ['external', 'auto'] as const) {
      await expect(startBackends({ choice, ...given, onProgress })).rejects.toThrow(message)
    }
  })

  test('refuses external servers without addresses', async () => {
    await expect(startBackends({ choice: 'external', onProgress })).rejects.toThrow(
      'neither is set',
    )
  })

  test('servers that do not answer are an error, never replaced by others', async () => {
    const given = { redisUrl: 'redis://127.0.0.1:1', natsUrl: 'nats://127.0.0.1:1' }
    const failure = startBackends({ choice: 'auto', ...given, onProgress })
    await expect(failure).rejects.toThrow(EnvironmentError)
    await expect(failure).rejects.toThrow('127.0.0.1:1')
  })
})

describe('without a Docker daemon or image', () => {
  test('local programs are used, and a message says why', async ({ skip }) => {
    skip(missing !== undefined, missing)
    const told = vi.fn<(message: string) => void>()
    const { backends, stop } = await startBackends({
      choice: 'auto',
      images: noSuchImages,
      onProgress: told,
    })
    await stop()
    expect(backends.kind).toBe('programs')
    expect(told.mock.lastCall?.[0]).toMatch(
      /Using local .*, because (no Docker daemon answers|the image localhost:1\/no-such-redis:0 cannot be pulled)/,
    )
  })

  test('and without programs, memory is used, and its notice says why', async () => {
    vi.stubEnv('PATH', '/nowhere')
    const { backends } = await startBackends({ choice: 'auto', images: noSuchImages, onProgress })
    vi.unstubAllEnvs()
    expect(backends).toEqual({
      kind: 'memory',
      notice: expect.stringMatching(/because .* and redis-server .* not on the PATH/),
    })
  })

  test('containers chosen by name are an error that says what to install', async () => {
    const failure = startBackends({ choice: 'containers', images: noSuchImages, onProgress })
    await expect(failure).rejects.toThrow(EnvironmentError)
    await expect(failure).rejects.toThrow('Install and start Docker')
  })
})
