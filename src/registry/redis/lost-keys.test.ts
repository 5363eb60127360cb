import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { identitiesOf, request } from '../testing/store.contract.ts'
import type { RedisStoreOptions } from './store-options.ts'
import { openStore } from './testing/open-store.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'

const hasProgram = findProgram('redis-server') !== undefined
const names = (count: number) => Array.from({ length: count }, (_, n) => `user-${n}`).sort()

describe.skipIf(!hasProgram)('When keys are lost (needs redis-server on the PATH)', () => {
  const own = redisOfTests()

  beforeEach(async () => {
    await own.redis.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction')
    await own.redis.flushall()
  })

  const open = (options: Partial<RedisStoreOptions> = {}) => openStore(own.server.url, options)

  /** A reader that holds `user-0` to `user-<count - 1>`. */
  const openFilled = async (count: number, ttlMs = 600_000) => {
    const store = await open()
    const registering = names(count).map((identity) => store.register(request(identity, { ttlMs })))
    await Promise.all(registering)
    expect(await identitiesOf(store)).toHaveLength(count)
    return store
  }

  /** Old and new readers and a scan, which must agree. @returns their registrations. */
  const seen = async (old: Awaited<ReturnType<typeof open>>) => {
    const scan = await open({ strategy: 'scan' })
    await vi.waitFor(
      async () => expect(await identitiesOf(old)).toEqual(await identitiesOf(scan)),
      10_000,
    )
    const fresh = await open()
    const found = await identitiesOf(fresh)
    expect(await identitiesOf(scan)).toEqual(found)
    expect(await identitiesOf(old)).toEqual(found)
    return { found, fresh }
  }

  test('a record deleted by hand is gone for all readers after one audit', async () => {
    const old = await openFilled(100)
    const other = await open()
    expect(await identitiesOf(other)).toHaveLength(100)
    await own.redis.del('test:user-7', 'test:user-99')
    const { found } = await seen(old)
    expect(found).toHaveLength(98)
    expect(old.warned).toContain('KEYS_LOST')
    expect(await identitiesOf(other)).toEqual(found)
    expect(await own.redis.zscore('test:~index', 'user-7')).toBeNull()
  })

  test('the log of an idle namespace is audited once around', async () => {
    const old = await openFilled(20)
    await own.redis.del('test:~log')
    expect(await identitiesOf(old)).toHaveLength(20)
    await own.redis.config('RESETSTAT')
    const until = performance.now() + 2200
    while (performance.now() < until) {
      expect(await identitiesOf(old)).toHaveLength(20)
      await delay(50)
    }
    expect(await own.redis.info('commandstats')).not.toContain('cmdstat_zscan')
    await old.register(request('later'))
    expect((await seen(old)).found).toHaveLength(21)
  })

  test('an index lost and recreated by a write is rebuilt in a database of any size', async () => {
    const old = await openFilled(20)
    await own.redis.eval(
      "for n = 1, 100001 do redis.call('SET', KEYS[1] .. n, '') end",
      1,
      'foreign:',
    )
    await own.redis.del('test:~index')
    await old.register(request('next'))
    expect((await seen(old)).found).toHaveLength(21)
    await own.redis.zrem('test:~index', 'user-3')
    await old.heartbeat('user-3', 600_000)
    await own.redis.zrem('test:~index', 'user-4', 'user-5')
    await old.heartbeat('user-4', 600_000)
    expect((await seen(old)).found).toHaveLength(21)
    await own.redis.del('test:~index', 'test:~log')
    await old.register(request('last'))
    expect((await seen(old)).found).toHaveLength(22)
  })

  test('a record deleted by hand is gone after its heartbeat', async () => {
    const old = await openFilled(3)
    await own.redis.del('test:user-1')
    await expect(old.heartbeat('user-1', 1000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await identitiesOf(old)).toEqual(['user-0', 'user-2'])
  })

  test('a record deleted by hand is gone after unregistering', async () => {
    const old = await openFilled(3)
    await own.redis.del('test:user-1')
    expect(await old.unregister('user-1')).toBe(false)
    expect(await identitiesOf(old)).toEqual(['user-0', 'user-2'])
  })

  test('a new log is followed from its start', async () => {
    const old = await openFilled(3)
    await own.redis.del('test:~log')
    expect((await seen(old)).found).toEqual(names(3))
    await old.register(request('user-3'))
    await own.redis.del('test:~log')
    await old.register(request('user-4'))
    expect((await seen(old)).found).toEqual(names(5))
  })

  test.each([
    { isBegunAnew: false, title: 'the index is rebuilt' },
    { isBegunAnew: true, title: 'the index is rebuilt, even if writes have recreated it' },
  ])('$title', async ({ isBegunAnew }) => {
    const old = await openFilled(700)
    await own.redis.del('test:~index')
    if (isBegunAnew) await old.register(request('user-700'))
    const expected = names(isBegunAnew ? 701 : 700)
    const { found, fresh } = await seen(old)
    expect(found).toEqual(expected)
    // Readers in use also read between calls; the first one repairs the index.
    expect([...old.warned, ...fresh.warned]).toContain('KEYS_LOST')
    expect(await own.redis.zcount('test:~index', '(-inf', '+inf')).toBe(expected.length)
    const next = await open()
    await own.redis.config('RESETSTAT')
    expect(await identitiesOf(next)).toEqual(expected)
    expect(await own.redis.info('commandstats')).not.toContain('cmdstat_scan:')
  })

  test('a member missing from the index is restored when its record is touched', async () => {
    const old = await openFilled(3)
    const touches = [
      (identity: string) => old.heartbeat(identity, 600_000),
      (identity: string) => old.register(request(identity)).catch(() => {}),
      async (identity: string) => {
        const registeredAt = Number(await own.redis.hget(`test:${identity}`, 'registered_at'))
        await old.moveTo({ identity, registeredAt, gateway: null }, 'gateway')
      },
    ]
    for (const [n, touch] of touches.entries()) {
      await own.redis.zrem('test:~index', `user-${n}`)
      await touch(`user-${n}`)
      expect(await own.redis.zscore('test:~index', `user-${n}`)).not.toBeNull()
      expect((await seen(old)).found).toEqual(names(3))
    }
  })

  test('index and log are rebuilt by a reader that knew them or in a small database', async () => {
    const old = await openFilled(50, 0)
    await own.redis.del('test:~index', 'test:~log')
    expect(await identitiesOf(await open())).toEqual(names(50))
    await own.redis.del('test:~index', 'test:~log')
    expect((await seen(old)).found).toEqual(names(50))
    await expect(old.register(request('user-7'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  test('a clear also removes records missing from the index', async () => {
    const old = await openFilled(20)
    await own.redis.del('test:~index')
    await old.clear()
    expect(await own.redis.keys('test:*')).toEqual([])
    expect((await seen(old)).found).toEqual([])
  })

  test('every registration is gone after a flush', async () => {
    const old = await openFilled(20)
    await own.redis.flushall()
    expect(await identitiesOf(old)).toEqual([])
    expect(old.warned).toEqual([])
  })

  test('a large database is not scanned without a sign of lost keys', async () => {
    await own.redis.eval(`for n = 1, 100001 do redis.call('SET', 'other:' .. n, '') end`, 0)
    const writer = await open()
    await writer.register(request('alice'))
    await own.redis.config('RESETSTAT')
    expect(await identitiesOf(await open())).toEqual(['alice'])
    expect(await own.redis.info('commandstats')).not.toContain('cmdstat_scan:')
    await own.redis.del('test:~index')
    expect(await identitiesOf(await open())).toEqual(['alice'])
  })

  test.for(['volatile-lru', 'allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
    'by eviction, readers agree and warn: %s',
    async (policy) => {
      const old = await openFilled(300)
      await own.redis.config('SET', 'maxmemory-policy', policy)
      await expect.poll(() => identitiesOf(old).then(() => old.warned)).toEqual([])
      const used = Number(/used_memory:(\d+)/.exec(await own.redis.info('memory'))?.[1])
      await own.redis.config('SET', 'maxmemory', `${used + 1_000_000}`)
      await expect.poll(() => identitiesOf(old).then(() => old.warned)).toContain('EVICTING_REDIS')
      expect((await open()).warned).toEqual(['EVICTING_REDIS'])
      for (let n = 0; n < 60; n += 1)
        await own.redis.set(`cache:${n}`, 'x'.repeat(50_000), 'EX', 1000)
      expect(await own.redis.info('stats')).toMatch(/evicted_keys:[1-9]/)
      // The first read, because Redis is known to evict.
      const kept = await identitiesOf(old)
      await own.redis.config('SET', 'maxmemory', '0')
      const { found } = await seen(old)
      expect(found.length).toBeLessThan(300)
      expect(kept.length).toBeLessThan(300)
      for (const identity of names(300)) {
        const again = await old.register(request(identity)).then(
          () => 'made',
          () => 'exists',
        )
        expect(again).toBe(found.includes(identity) ? 'exists' : 'made')
      }
    },
  )
})
