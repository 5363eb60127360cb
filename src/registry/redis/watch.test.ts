import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import { Warnings } from '../warnings.ts'
import { nextOf, watch } from '../testing/open-watch.ts'
import { Picture } from '../testing/picture.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { connectRedis } from './connect-redis.ts'
import { Evictions } from './evictions.ts'
import { startClockProxy } from './testing/history/clock-proxy.ts'
import { keysOf } from './keys.ts'
import { readIndexedScript } from './read-scripts.ts'
import { Replica } from './replica.ts'
import { connectRedisStore } from './redis-store.ts'
import { type RedisStoreOptions } from './store-options.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('A watch on Redis (needs redis-server on the PATH)', () => {
  test('survives a lost server, reports the interruption, then the difference', async () => {
    const { server, store } = await start()
    await store.register(request('lost'))
    const picture = new Picture()
    const events = watch(store)
    await applyUntil(events, picture, 'current')
    await server.stop()
    const interrupted = await applyUntil(events, picture, 'interrupted')
    expect(interrupted).toMatchObject({
      reason: expect.stringContaining(`127.0.0.1:${server.port}`),
    })
    const again = await startRedisProgram({ port: server.port })
    onTestFinished(() => again.stop())
    await expect
      .poll(
        () =>
          store.register(request('found')).then(
            () => 'made',
            () => 'away',
          ),
        { timeout: 10_000 },
      )
      .toBe('made')
    await applyUntil(events, picture, 'current')
    if (!picture.held.has('found')) await applyUntil(events, picture, 'joined')
    expect([...picture.held.keys()]).toEqual(['found'])
    expect(picture.faults).toEqual([])
  })

  test('is refused if the server is away when it begins', async () => {
    const { server, store } = await start()
    await server.stop()
    const refusal = { name: 'RegistryError', code: 'UNAVAILABLE' }
    const events = watch(store)
    await expect(events.next()).rejects.toMatchObject(refusal)
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  test('reports a flush and later changes', async () => {
    const { store, redis } = await start()
    await store.register(request('alice'))
    const events = watch(store)
    const picture = new Picture()
    await applyUntil(events, picture, 'current')
    await redis.flushall()
    await applyUntil(events, picture, 'left')
    await store.register(request('bob'))
    await applyUntil(events, picture, 'joined')
    expect([...picture.held.keys()]).toEqual(['bob'])
  })

  test('follows the clock of Redis ahead and back', async () => {
    const { server } = await start()
    const clock = await startClockProxy(server.port)
    onTestFinished(() => clock.close())
    const warnings = new Warnings(() => {})
    const store = await connectRedisStore({ url: clock.url, namespace: 'test', warnings })
    onTestFinished(() => store.close())
    await store.register(request('ends', { ttlMs: 60_000 }))
    await store.register(request('stays', { ttlMs: 0 }))
    const events = watch(store)
    const picture = new Picture()
    await applyUntil(events, picture, 'current')
    clock.stepTo(61_000)
    expect(await applyUntil(events, picture, 'left')).toMatchObject({
      identity: 'ends',
      reason: 'expired',
    })
    clock.stepTo(0)
    await applyUntil(events, picture, 'joined')
    expect(picture.registrations).toEqual(await store.select(everything))
    expect([...picture.held.keys()].sort()).toEqual(['ends', 'stays'])
    expect(picture.faults).toEqual([])
  })

  test('reports lost records and bookkeeping', async () => {
    const { server, redis } = await start()
    const warnings = new Warnings(() => {})
    const store = await connectRedisStore({ url: server.url, namespace: 'test', warnings })
    onTestFinished(() => store.close())
    for (const identity of ['a', 'b', 'c']) await store.register(request(identity))
    const events = watch(store)
    const picture = new Picture()
    await applyUntil(events, picture, 'current')
    await redis.del('test:a')
    await applyUntil(events, picture, 'left')
    expect([...picture.held.keys()].sort()).toEqual(['b', 'c'])
    await redis.del('test:~log', 'test:b')
    await applyUntil(events, picture, 'left')
    await store.register(request('d'))
    await applyUntil(events, picture, 'joined')
    expect([...picture.held.keys()].sort()).toEqual(['c', 'd'])
    expect(picture.faults).toEqual([])
  })

  test('begins with a reset if it resumes from a token older than the log', async () => {
    const { store, open } = await start()
    await store.register(request('alice'))
    const before = watch(store)
    const { token } = await applyUntil(before, new Picture(), 'current')
    const writer = await open({ logCap: 100 })
    for (let n = 0; n < 500; n += 1) await writer.register(request('busy', { replace: true }))
    await writer.unregister('alice')
    const after = watch(store, { from: token })
    expect((await nextOf(after)).type).toBe('reset')
    const picture = new Picture()
    await applyUntil(after, picture, 'current')
    expect([...picture.held.keys()]).toEqual(['busy'])
  })

  test('reads any number of expired identities in parts when it resumes', async () => {
    const { store, redis } = await start()
    await store.register(request('alice'))
    const picture = new Picture({ isExact: false })
    const { token } = await applyUntil(watch(store), picture, 'current')
    const registering = Array.from({ length: 2500 }, (_, n) =>
      store.register(request(`user-${n}`, { ttlMs: 1 + (n % 300) })),
    )
    await Promise.all(registering)
    await delay(310)
    // As if nothing had been tended: expired members of the index that are in no log.
    await redis.zadd(
      'test:~index',
      ...Array.from({ length: 2500 }, (_, n) => [`${n}`, `old-${n}`]).flat(),
    )
    await redis.config('RESETSTAT')
    const events = watch(store, { from: token })
    const told = new Set<string>()
    for (let type = ''; type !== 'current';) {
      const event = await nextOf(events)
      picture.apply(event)
      type = event.type
      if (event.type === 'left') told.add(event.identity)
    }
    for (let n = 0; n < 2500; n += 1) expect(told).toContain(`user-${n}`)
    expect(told).toContain('old-2499')
    const calls = /cmdstat_zrange:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1]
    expect(Number(calls)).toBeGreaterThanOrEqual(3)
    expect([...picture.held.keys()]).toEqual(['alice'])
  })

  test('begins with a reset if too many identities expired at the same time', async () => {
    const { store, redis } = await start()
    await store.register(request('alice'))
    const { token } = await applyUntil(watch(store), new Picture(), 'current')
    await redis.zadd(
      'test:~index',
      ...Array.from({ length: 2500 }, (_, n) => ['5', `old-${n}`]).flat(),
    )
    expect((await nextOf(watch(store, { from: token }))).type).toBe('reset')
  })

  test('never reports an earlier state after a later one when everything is reloaded', async () => {
    const { server, store, redis } = await start()
    const connection = await connectRedis(server.url)
    onTestFinished(() => connection.close())
    const run = connection.run.bind(connection)
    let n = 0
    // Others write between a reader's reads of the log and of the records.
    vi.spyOn(connection, 'run').mockImplementation(async (script, keys, args) => {
      if (script === readIndexedScript) {
        n += 2
        await store.register(request('alice', { replace: true, metadata: { n: n - 1 } }))
        await store.register(request('alice', { replace: true, metadata: { n } }))
      }
      return run(script, keys, args)
    })
    const warnings = new Warnings(() => {})
    const replica = new Replica(connection, {
      keys: keysOf('test'),
      warnings,
      evictions: new Evictions(warnings, connection.name),
      logCap: 100,
      maxWaitMs: 10_000,
      newMark: () => `mark${performance.now()}`.replace('.', '-'),
    })
    await store.register(request('alice', { metadata: { n } }))
    await replica.catchUp()
    const told = [n]
    replica.watches.change = ({ after }) => {
      told.push(Number(after?.metadata['n']))
    }
    vi.spyOn(replica.watches, 'size', 'get').mockReturnValue(1)
    for (let round = 0; round < 3; round += 1) {
      await redis.del('test:~log')
      await replica.catchUp()
    }
    expect(told.length).toBeGreaterThan(3)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(n)
  })

  test('returns a valid token even if the log has a foreign entry', async () => {
    const { store, redis } = await start()
    await store.register(request('alice'))
    await redis.xadd('test:~log', '*', 'foreign', 'no mark of ours\nx')
    const { token } = await applyUntil(watch(store), new Picture(), 'current')
    const picture = new Picture()
    await applyUntil(watch(store, { from: token }), picture, 'current')
    expect([...picture.held.keys()]).toEqual(['alice'])
  })

  test('uses one extra connection for any number of watches, and closes it', async () => {
    const { store, redis } = await start()
    const before = await connectionsOf(redis)
    const ending = new AbortController()
    const many = Array.from({ length: 20 }, () => watch(store, { signals: [ending.signal] }))
    await Promise.all(many.map((events) => applyUntil(events, new Picture(), 'current')))
    await expect.poll(() => connectionsOf(redis)).toBe(before + 1)
    await many[0]?.return?.()
    await store.register(request('alice'))
    await applyUntil(many[1] ?? expect.fail('no watch'), new Picture(), 'joined')
    expect(await connectionsOf(redis)).toBe(before + 1)
    ending.abort()
    await expect.poll(() => connectionsOf(redis)).toBe(before)
  })

  test('sends an idle server a few commands per second at most', async () => {
    const { store, redis } = await start()
    await store.register(request('alice'))
    const events = [watch(store), watch(store), watch(store)]
    await Promise.all(events.map((each) => applyUntil(each, new Picture(), 'current')))
    const from = performance.now()
    await redis.config('RESETSTAT')
    await delay(2100)
    const stats = await redis.info('commandstats')
    const calls = (name: string) =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
    const seconds = (performance.now() - from) / 1000
    expect(calls('xread')).toBeLessThanOrEqual(1 + 2 * seconds)
    expect(calls('evalsha')).toBeLessThanOrEqual(1 + 2 * seconds)
  })

  test('reports changes to a user without permission for XREAD', async () => {
    const { server, store, redis } = await start()
    await redis.acl('SETUSER', 'plain', 'on', '>secret', '~*', '+@all', '-xread')
    const url = `redis://plain:secret@127.0.0.1:${server.port}`
    const other = await connectRedisStore({ url, namespace: 'test' })
    onTestFinished(() => other.close())
    const events = watch(other)
    await applyUntil(events, new Picture(), 'current')
    await delay(100)
    await store.register(request('alice'))
    const joined = await applyUntil(events, new Picture(), 'joined')
    expect(joined).toMatchObject({ registration: { identity: 'alice' } })
  })

  test('does not prevent a store from closing while its server is away', async () => {
    const { server, store } = await start()
    const events = watch(store)
    await applyUntil(events, new Picture(), 'current')
    await server.stop()
    await applyUntil(events, new Picture(), 'interrupted')
    const waiting = events.next()
    await store.close()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  test('reports expiries before Redis deletes the keys', async () => {
    const { store, redis } = await start()
    const events = watch(store)
    const picture = new Picture()
    await applyUntil(events, picture, 'current')
    await redis.debug('SET-ACTIVE-EXPIRE', '0')
    await store.register(request('first', { ttlMs: 1000 }))
    await applyUntil(events, picture, 'joined')
    const registering = Array.from({ length: 100 }, (_, n) =>
      store.register(request(`user-${n}`, { ttlMs: 1000 + n })),
    )
    await Promise.all(registering)
    await store.register(request('last', { ttlMs: 1200 }))
    while (picture.held.size > 0) picture.apply(await nextOf(events))
    await expect.poll(() => store.select(everything)).toEqual([])
    expect(picture.faults).toEqual([])
  })
})

/** A server and stores on it; all end with the test. */
async function start() {
  const server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
  const redis = new Redis(server.url)
  redis.on('error', () => {})
  const open = async (options: Partial<RedisStoreOptions> = {}) => {
    const store = await connectRedisStore({ url: server.url, namespace: 'test', ...options })
    onTestFinished(() => store.close())
    return store
  }
  onTestFinished(async () => {
    redis.disconnect()
    await server.stop()
  })
  return { server, redis, open, store: await open() }
}

/** Applies events up to one of a type; returns that event. */
async function applyUntil(events: WatchStream, picture: Picture, type: string) {
  for (;;) {
    const event = await nextOf(events)
    picture.apply(event)
    if (event.type === type) return event
  }
}

async function connectionsOf(redis: Redis): Promise<number> {
  return String(await redis.client('LIST'))
    .trim()
    .split('\n').length
}
