import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { filterFrom } from '../filter/filter.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'
import { type RedisStoreOptions } from './store-options.ts'

const backends = inject('backends')
const url = backends.kind === 'memory' ? '' : backends.redisUrl
const reason = backends.kind === 'memory' ? `; skipped: ${backends.notice}` : ''

describe.skipIf(reason !== '')(`The data of a Redis store${reason}`, () => {
  test('is one expiring hash per identity', async () => {
    const { namespace, store, redis } = await open()
    const metadata = { status: 'online', worker_id: 7 }
    const { registeredAt, expiresAt } = await store.register(
      request('loadtest-user-1', { metadata, ttlMs: 5000 }),
    )
    const key = `${namespace}:loadtest-user-1`
    expect(await redis.hgetall(key)).toEqual({
      id: 'loadtest-user-1',
      metadata: JSON.stringify(metadata),
      registered_at: `${registeredAt}`,
      expires_at: `${expiresAt}`,
    })
    expect(await redis.pexpiretime(key)).toBe(expiresAt)
  })

  test('includes the gateway if one was given, and 0 for never', async () => {
    const { namespace, store, redis } = await open()
    await store.register(request('eternal', { ttlMs: 0, gateway: 'gw-1' }))
    const key = `${namespace}:eternal`
    expect(await redis.hgetall(key)).toMatchObject({ expires_at: '0', gateway: 'gw-1' })
    expect(await redis.pttl(key)).toBe(-1)
    await store.register(request('eternal', { ttlMs: 1000, replace: true }))
    expect(await redis.hexists(key, 'gateway')).toBe(0)
    await store.heartbeat('eternal', 0)
    expect(await redis.pttl(key)).toBe(-1)
  })

  test('includes the new gateway after a move, with the same key expiry', async () => {
    const { namespace, store, redis } = await open()
    const { registeredAt, expiresAt } = await store.register(request('alice', { ttlMs: 5000 }))
    const key = `${namespace}:alice`
    const before = await redis.hgetall(key)
    await store.moveTo({ identity: 'alice', registeredAt, gateway: null }, 'gw-2')
    expect(await redis.hgetall(key)).toEqual({ ...before, gateway: 'gw-2' })
    expect(await redis.pexpiretime(key)).toBe(expiresAt)
  })

  test('does not include anything after the move of a missing registration', async () => {
    const { namespace, store, redis } = await open()
    expect(await store.moveTo({ identity: 'never', registeredAt: 1, gateway: null }, 'g')).toBe(
      false,
    )
    expect(await redis.keys(`${namespace}:*`)).toEqual([])
  })

  test('has bookkeeping keys that begin with "~", and nothing after a clear', async () => {
    const { namespace, store, redis } = await open()
    for (let n = 0; n < 1200; n += 1) void store.register(request(`user-${n}`)).catch(() => {})
    await store.heartbeat('user-3', 1000)
    const names = await redis.keys(`${namespace}:*`)
    expect(names.filter((name) => !name.startsWith(`${namespace}:user-`)).sort()).toEqual([
      `${namespace}:~index`,
      `${namespace}:~log`,
    ])
    await store.clear()
    expect(await redis.keys(`${namespace}:*`)).toEqual([])
  })

  test('does not affect other namespaces, even with pattern-like names', async () => {
    const one = await open({ strategy: 'scan' })
    const other = await open({ namespace: `${one.namespace}-2`, strategy: 'scan' })
    await one.store.register(request('alice'))
    await other.store.register(request('bob'))
    expect(await one.store.select(everything)).toMatchObject([{ identity: 'alice' }])
    await one.store.clear()
    expect(await other.store.select(everything)).toMatchObject([{ identity: 'bob' }])
  })

  test('has a log near its cap and no index of expired registrations', async () => {
    const { namespace, store, redis } = await open({ logCap: 200 })
    const registering = Array.from({ length: 2000 }, (_, n) =>
      store.register(request(`user-${n}`, { ttlMs: 1 + (n % 20) })),
    )
    await Promise.all(registering)
    // They leave the index some time after they expire, a few with every write.
    await expect
      .poll(async () => {
        for (let n = 0; n < 130; n += 1) await store.register(request('last', { replace: true }))
        return redis.zcount(`${namespace}:~index`, '(-inf', '+inf')
      })
      .toBe(1)
    expect(await redis.xlen(`${namespace}:~log`)).toBeLessThan(400)
  })
})

test.skipIf(reason !== '')(
  `A Redis store that scans looks up by reading records only${reason}`,
  async () => {
    const { namespace, store } = await open()
    for (const identity of ['alice', 'bob']) await store.register(request(identity))
    const scanning = await open({ namespace, strategy: 'scan' })
    // Needed only by a copy in memory; reading a record needs nothing else.
    await scanning.redis.del(`${namespace}:~index`, `${namespace}:~log`)
    expect(await scanning.store.lookUp(['bob', 'carol'])).toMatchObject([{ identity: 'bob' }])
    expect(await scanning.redis.exists(`${namespace}:~index`, `${namespace}:~log`)).toBe(0)
  },
)

test.skipIf(reason !== '')(`a quota ignores expired registrations${reason}`, async () => {
  const { namespace, store } = await open()
  const registering = Array.from({ length: 60 }, (_, n) =>
    store.register(request(`user-${n}`, { ttlMs: 20 })),
  )
  await Promise.all(registering)
  await delay(30)
  const limited = await open({ namespace, maxIdentities: 2 })
  await limited.store.register(request('one'))
  await limited.store.register(request('two'))
  const third = limited.store.register(request('three'))
  await expect(third).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
})

describe.skipIf(reason !== '')(`A Redis store that reads by replica${reason}`, () => {
  test('answers many concurrent enumerates with few round trips', async () => {
    const { store, redis } = await open()
    await store.register(request('alice'))
    await store.select(everything)
    const before = await scriptCalls(redis)
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => store.select(filterFrom({}))),
    )
    expect(answers.every((answer) => answer.length === 1)).toBe(true)
    // Other tests may use the same server meanwhile, though not nearly as much.
    expect((await scriptCalls(redis)) - before).toBeLessThan(100)
  })

  test('keeps working when the server forgets its scripts', async () => {
    const { store, redis } = await open()
    await store.register(request('alice'))
    expect(await store.select(everything)).toHaveLength(1)
    await redis.script('FLUSH')
    await store.register(request('bob'))
    await redis.script('FLUSH')
    expect(await store.select(everything)).toHaveLength(2)
  })

  test('loses no call when the server forgets its scripts under load', async () => {
    const { store, redis } = await open()
    const identities = Array.from({ length: 300 }, (_, n) => `user-${n}`)
    const registerAll = () => identities.map((identity) => store.register(request(identity)))
    await Promise.all([...registerAll(), redis.script('FLUSH')])
    expect(await store.select(everything)).toHaveLength(identities.length)
  })

  test('loses no call when the server forgets its scripts again and again', async () => {
    const { store, redis } = await open()
    const registered = new AbortController()
    const forgetting = (async () => {
      while (!registered.signal.aborted) await redis.script('FLUSH')
    })()
    try {
      for (let round = 0; round < 20; round++) {
        const identities = Array.from({ length: 100 }, (_, n) => `user-${round}-${n}`)
        await Promise.all(identities.map((identity) => store.register(request(identity))))
      }
    } finally {
      registered.abort()
      await forgetting
    }
    expect(await store.select(everything)).toHaveLength(2_000)
  })

  test('reads any metadata back unchanged', async () => {
    const { store } = await open()
    const metadata = { __proto__x: 1, text: 'Ünïcode \u0000 "🙂"\r\n', big: 1e300, neg: -0.5 }
    await store.register(request('alice', { metadata }))
    expect(await store.select(everything)).toMatchObject([{ metadata }])
    const fresh = await store.select(filterFrom({ big: 1e300 }))
    expect(fresh).toHaveLength(1)
  })
})

async function open(options: Partial<RedisStoreOptions> = {}) {
  const namespace = options.namespace ?? `test-${randomUUID()}`
  const store = await connectRedisStore({ url, ...options, namespace })
  const redis = new Redis(url)
  onTestFinished(async () => {
    await store.clear()
    await store.close()
    await redis.quit()
  })
  return { namespace, store, redis }
}

async function scriptCalls(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}
