import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { filterFrom } from '../filter/filter.ts'
import { everything, identitiesOf, request } from '../testing/store.contract.ts'
import type { RegistryStore } from '../store.ts'
import { inTime } from '../testing/in-time.ts'
import { connectRedisStore } from './redis-store.ts'
import { type RedisStoreOptions } from './store-options.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('A replica (needs redis-server on the PATH)', () => {
  let server: ServerProgram
  let redis: Redis

  beforeAll(async () => {
    server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
    redis = new Redis(server.url)
  })

  afterAll(async () => {
    await redis.quit()
    await server.stop()
  })

  beforeEach(() => redis.flushall())

  const open = async (options: Partial<RedisStoreOptions> = {}) => {
    const store = await connectRedisStore({ url: server.url, namespace: 'test', ...options })
    onTestFinished(() => store.close())
    return store
  }

  test('reloads once it fell behind the cap of the log', async () => {
    const writer = await open({ logCap: 100 })
    const reader = await open()
    await registerMany(writer, 300)
    expect(await reader.select(everything)).toHaveLength(300)
    for (let round = 0; round < 5; round += 1) {
      await registerMany(writer, 200, { metadata: { round } })
      await writer.unregister(`user-${round}`)
      await writer.heartbeat(`user-${250 + round}`, 3_600_000)
      await expectSameAsScan(reader, await open({ strategy: 'scan' }))
    }
  })

  test('continues at its position while the log has every change', async () => {
    const writer = await open()
    const reader = await open()
    await registerMany(writer, 2000)
    expect(await reader.select(everything)).toHaveLength(2000)
    await registerMany(writer, 1700, { metadata: { again: true } })
    await redis.config('RESETSTAT')
    expect(await reader.select(filterFrom({ again: true }))).toHaveLength(1700)
    expect(await redis.info('commandstats')).not.toContain('cmdstat_zscan')
  })

  test('shows nothing after a flush, then later registrations', async () => {
    const store = await open()
    await registerMany(store, 10)
    expect(await store.select(everything)).toHaveLength(10)
    await redis.flushall()
    expect(await store.select(everything)).toEqual([])
    expect(await store.select(everything)).toEqual([])
    await store.register(request('phoenix'))
    expect(await identitiesOf(store)).toEqual(['phoenix'])
    await redis.flushall()
    await store.register(request('user-1'))
    await store.register(request('user-2'))
    expect(await identitiesOf(store)).toEqual(['user-1', 'user-2'])
  })

  test('notices a server that returns with an older state and a shorter log', async () => {
    const store = await open()
    await registerMany(store, 20)
    await redis.save()
    await registerMany(store, 25, { metadata: { lost: true } })
    await store.unregister('user-3')
    expect(await store.select(everything)).toHaveLength(24)
    await redis.debug('RELOAD', 'NOSAVE')
    expect(await store.select(everything)).toHaveLength(20)
    expect(await store.select(filterFrom({ lost: true }))).toEqual([])
  })

  test('notices an older state even after as many other changes', async () => {
    const store = await open()
    await registerMany(store, 20)
    await redis.save()
    await store.unregister('user-1')
    await store.register(request('lost'))
    expect(await store.select(everything)).toHaveLength(20)
    await redis.debug('RELOAD', 'NOSAVE')
    const other = await open()
    await other.unregister('user-2')
    await other.register(request('found'))
    expect(await identitiesOf(store)).toEqual(await identitiesOf(other))
    expect(await identitiesOf(store)).toContain('found')
    expect(await identitiesOf(store)).not.toContain('lost')
  })

  test('notices another log with an entry of the same stream id', async () => {
    const store = await open()
    await store.register(request('alice'))
    expect(await identitiesOf(store)).toEqual(['alice'])
    const [last] = await redis.xrevrange('test:~log', '+', '-', 'COUNT', 1)
    await redis.flushall()
    const lines = 'of another history\nnobody'
    await redis.xadd('test:~log', last?.[0] ?? '', 'unregister', lines)
    expect(await store.select(everything)).toEqual([])
  })

  test('survives a server that is killed and restarted empty', async () => {
    const own = await startRedisProgram()
    const store = await connectRedisStore({ url: own.url, namespace: 'test' })
    onTestFinished(() => store.close())
    await registerMany(store, 10)
    expect(await store.select(everything)).toHaveLength(10)
    await own.stop()
    const address = `127.0.0.1:${own.port}`
    const lost = { code: 'UNAVAILABLE', message: expect.stringContaining(address) }
    await expect(store.select(everything)).rejects.toMatchObject(lost)
    await expect(store.register(request('x'))).rejects.toMatchObject(lost)
    const again = await startRedisProgram({ port: own.port })
    onTestFinished(() => again.stop())
    await expect
      .poll(() => store.unregister('x').catch(() => 'away'), { timeout: 10_000 })
      .toBe(false)
    expect(await store.select(everything)).toEqual([])
    await registerMany(store, 3)
    expect(await store.select(everything)).toHaveLength(3)
  })

  test('omits registrations that expire by the time of Redis, without any write', async () => {
    const store = await open()
    await redis.debug('SET-ACTIVE-EXPIRE', '0')
    onTestFinished(async () => void (await redis.debug('SET-ACTIVE-EXPIRE', '1')))
    await store.register(request('lasting'))
    const [, briefMs] = await inTime(async (ttlMs) => {
      await store.register(request('brief', { ttlMs, replace: true }))
      return (await store.select(everything)).length === 2 ? true : null
    })
    await delay(briefMs + 10)
    expect(await identitiesOf(store)).toEqual(['lasting'])
  })

  test('loses and invents none of 100,000 identities while writers continue', async () => {
    const stableCount = 100_000
    const writer = await open({ logCap: 200 })
    await fill(redis, stableCount)
    const reading = new AbortController()
    let writes = 0
    const write = async (name: string) => {
      for (let n = 0; !reading.signal.aborted; n += 1) {
        const identity = `${name}-${n % 500}`
        await writer.register(request(identity, { replace: true, metadata: { n } }))
        if (n % 3 === 0) await writer.unregister(identity)
        if (n % 5 === 0) await writer.register(request(`${name}-brief-${n}`, { ttlMs: 5 }))
        await writer.heartbeat(`stable-${n % stableCount}`, 7_200_000)
        writes += 2
      }
    }
    const writing = ['w1', 'w2', 'w3', 'w4'].map(write)
    const reader = await open({ loadTimeoutMs: 300_000 })
    const stable = filterFrom({ stable: true })
    const first = await reader.select(stable)
    reading.abort()
    const writesMeanwhile = writes
    await Promise.all(writing)
    expect(writesMeanwhile).toBeGreaterThan(100)
    expect(first).toHaveLength(stableCount)
    expect(new Set(first.map(({ identity }) => identity)).size).toBe(stableCount)
    await delay(10)
    await expectSameAsScan(reader, await open({ strategy: 'scan' }))
  })
})

/** At rest, the replica must equal Redis. */
async function expectSameAsScan(replica: RegistryStore, scan: RegistryStore): Promise<void> {
  expect(await replica.select(everything)).toEqual(await scan.select(everything))
}

async function registerMany(
  store: RegistryStore,
  count: number,
  given: Parameters<typeof request>[1] = {},
): Promise<void> {
  const registering = Array.from({ length: count }, (_, n) =>
    store.register(request(`user-${n}`, { replace: true, ...given })),
  )
  await Promise.all(registering)
}

/** Registers in the namespace `test` by one script, because that is faster. */
async function fill(redis: Redis, count: number): Promise<void> {
  await redis.eval(
    `local expires = redis.call('TIME')[1] * 1000 + 3600000
    for n = 0, ARGV[1] - 1 do
      local id = 'stable-' .. n
      local key = 'test:' .. id
      redis.call('HSET', key, 'id', id, 'metadata', '{"stable":true}', 'registered_at', 1, 'expires_at', expires)
      redis.call('PEXPIREAT', key, expires)
      redis.call('ZADD', KEYS[1], expires, id)
    end
    redis.call('XADD', KEYS[2], '*', 'unregister', 'fill\\nnobody')`,
    2,
    'test:~index',
    'test:~log',
    count,
  )
}
