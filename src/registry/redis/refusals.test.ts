import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { everything, identitiesOf, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'
import { type RedisStoreOptions } from './store-options.ts'

const hasProgram = findProgram('redis-server') !== undefined
const refusedFor = (reason: string) => ({
  code: 'UNAVAILABLE',
  message: expect.stringContaining(reason),
})

describe.skipIf(!hasProgram)('A Redis that refuses (needs redis-server on the PATH)', () => {
  const start = async (extraArgs: readonly string[] = []) => {
    const server = await startRedisProgram({
      extraArgs: ['--enable-debug-command', 'yes', ...extraArgs],
    })
    onTestFinished(() => server.stop())
    const redis = new Redis(server.url)
    redis.on('error', () => {})
    onTestFinished(() => redis.disconnect())
    const open = async (options: Partial<RedisStoreOptions> = {}) => {
      const store = await connectRedisStore({ url: server.url, namespace: 'test', ...options })
      onTestFinished(() => store.close())
      return store
    }
    return { server, redis, open }
  }

  test('because its memory is full is quoted, while reads and unregisters succeed', async () => {
    const { redis, open } = await start()
    const [writer, reader] = [await open(), await open()]
    await writer.register(request('alice'))
    await writer.register(request('bob'))
    expect(await identitiesOf(reader)).toEqual(['alice', 'bob'])
    await redis.config('SET', 'maxmemory', '1mb')
    await expect(writer.register(request('carol'))).rejects.toMatchObject(refusedFor('OOM'))
    await expect(writer.heartbeat('alice', 1000)).rejects.toMatchObject(refusedFor('OOM'))
    expect(await writer.unregister('bob')).toBe(true)
    expect(await identitiesOf(reader)).toEqual(['alice'])
    await redis.config('SET', 'maxmemory', '0')
    expect(await identitiesOf(reader)).toEqual(await identitiesOf(await open()))
    await writer.register(request('carol'))
    expect(await identitiesOf(reader)).toEqual(['alice', 'carol'])
  })

  test('because a script runs too long is quoted', async () => {
    const { redis, open } = await start(['--busy-reply-threshold', '50'])
    const store = await open()
    await store.register(request('alice'))
    const hog = redis.duplicate()
    hog.on('error', () => {})
    onTestFinished(() => hog.disconnect())
    hog.eval('while true do end', 0).catch(() => {})
    await expect
      .poll(() => store.register(request('bob')).catch((error: unknown) => error))
      .toMatchObject(refusedFor('BUSY'))
    await expect(store.select(everything)).rejects.toMatchObject(refusedFor('BUSY'))
    await redis.script('KILL' as never)
    await expect.poll(() => identitiesOf(store).catch(() => 'busy')).toContain('alice')
  })

  test('because it became a replica fails reads too, which might be stale', async () => {
    const { redis, open } = await start()
    const store = await open()
    await store.register(request('alice'))
    expect(await identitiesOf(store)).toEqual(['alice'])
    await redis.call('REPLICAOF', '127.0.0.1', '1')
    await expect
      .poll(() => store.select(everything).catch((error: unknown) => error))
      .toMatchObject(refusedFor('READONLY'))
    await redis.call('REPLICAOF', 'NO', 'ONE')
    await expect
      .poll(() => identitiesOf(store).catch(() => 'away'), { timeout: 10_000 })
      .toEqual(['alice'])
  })

  test('because it is loading delays connecting, and is quoted later', async () => {
    const { redis, open } = await start([
      '--key-load-delay',
      '2000',
      '--loading-process-events-interval-bytes',
      '1024',
    ])
    const store = await open()
    for (let n = 0; n < 200; n += 1) await store.register(request(`user-${n}`))
    const listed = await identitiesOf(store)
    // Loads its data, one key per 2 ms.
    const reloading = redis.debug('RELOAD')
    const answers = new Set<string>()
    const read = async () => {
      const answer = await identitiesOf(store).then(
        (identities) => `${identities.length} listed`,
        (error: unknown) => (String(error).includes('LOADING') ? 'LOADING' : String(error)),
      )
      answers.add(answer)
      return answer
    }
    await expect.poll(read, { interval: 5, timeout: 10_000 }).toBe('LOADING')
    expect(await identitiesOf(await open())).toEqual(listed)
    await reloading
    expect(await identitiesOf(store)).toEqual(listed)
    expect([...answers].sort()).toEqual(
      ['200 listed', 'LOADING'].filter((each) => answers.has(each)),
    )
  })

  test('with a failover that lost writes is followed afterwards', async () => {
    const { server, redis, open } = await start()
    const replica = await start(['--replicaof', `127.0.0.1 ${server.port}`])
    const store = await open()
    for (const identity of ['a', 'b', 'c']) await store.register(request(identity))
    expect(await identitiesOf(store)).toHaveLength(3)
    await expect.poll(() => replica.redis.zcard('test:~index')).toBeGreaterThanOrEqual(3)
    await replica.redis.call('REPLICAOF', 'NO', 'ONE')
    await store.register(request('lost'))
    await store.unregister('a')
    expect(await identitiesOf(store)).toEqual(['b', 'c', 'lost'])
    // As after a failover, the address now leads to the other server: its data on the same port.
    await redis.call('REPLICAOF', '127.0.0.1', replica.server.port)
    await expect.poll(() => redis.exists('test:lost'), { timeout: 20_000 }).toBe(0)
    await redis.call('REPLICAOF', 'NO', 'ONE')
    const fresh = await open()
    expect(await identitiesOf(fresh)).toEqual(['a', 'b', 'c'])
    await expect
      .poll(() => identitiesOf(store).catch(() => 'away'), { timeout: 10_000 })
      .toEqual(['a', 'b', 'c'])
  })
})
