import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../environment/programs.ts'
import type { RegistryError } from '../registry/errors.ts'
import type { SchemaObject } from '../registry/quotas/metadata-schema.ts'
import type { Quotas } from '../registry/quotas/quotas.ts'
import { connectRedisStore } from '../registry/redis/redis-store.ts'
import type { RedisStoreOptions } from '../registry/redis/store-options.ts'
import { writeQuotas } from '../registry/redis/stored-quotas.ts'
import type { RegistryStore } from '../registry/store.ts'
import { describeQuotaContract } from '../registry/testing/quotas.contract.ts'
import { request } from '../registry/testing/store.contract.ts'
import { aclRules } from './render-redis.ts'
import type { RoleName } from './role.ts'
import { createRedisUser, loadFunctions, urlFor, userOf } from './testing/tenant-users.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('Quotas in Redis (needs redis-server on the PATH)', () => {
  let server: ServerProgram
  let admin: Redis
  let created = 0

  beforeAll(async () => {
    server = await startRedisProgram()
    admin = new Redis(server.url)
    await loadFunctions(admin)
  })

  afterAll(async () => {
    await admin.quit()
    await server.stop()
  })

  /** A new tenant whose users have only their rights. */
  async function tenant(
    quotas: Quotas | null,
    roles: readonly RoleName[] = ['loadtest'],
    functions = true,
  ): Promise<RedisStoreOptions & { readonly url: string }> {
    const namespace = `t${created}`
    created += 1
    const user = userOf(namespace, roles, { quotas: true, functions })
    await createRedisUser(admin, user)
    if (quotas !== null) await writeQuotas({ redisUrl: server.url, namespace, quotas })
    const scripts = functions ? 'functions' : 'eval'
    return { url: urlFor(user, server.port), namespace, scripts, quotas: true }
  }

  async function open(options: RedisStoreOptions): Promise<RegistryStore> {
    const store = await connectRedisStore(options)
    onTestFinished(() => store.close())
    return store
  }

  describeQuotaContract('by functions', async (quotas) => connectRedisStore(await tenant(quotas)))
  describeQuotaContract('by scripts', async (quotas) =>
    connectRedisStore(await tenant(quotas, ['loadtest'], false)),
  )

  test('denies nothing that a role needs', async () => {
    await admin.acl('LOG', 'RESET')
    const writer = await open(await tenant({ registrationsPerSecond: 10 }, ['writer']))
    await writer.register(request('a'))
    await writer.heartbeat('a', 1000)
    const sender = await open(await tenant({ multicastsPerSecond: 10 }, ['sender']))
    await sender.chargeMulticast?.(1, 1)
    await open(await tenant({}, ['reader']))
    await open(await tenant({}, ['receiver']))
    expect(await admin.acl('LOG')).toEqual([])
  })

  // TIME is a right of a writer anyhow, and a lease that can't be released ends by itself.
  const needed = userOf('a', ['writer'], { quotas: true }).redis.others.flatMap(
    ({ commands, keys: [key = ''] }) =>
      commands
        .filter((command) => command !== 'time' && command !== 'zrem')
        .map((command) => ({ key, command })),
  )
  test.each(needed)('name $key if the right to $command is missing', async ({ key, command }) => {
    const own = await tenant({ registrationsPerSecond: 10, connections: 1 }, ['writer'])
    const user = userOf(own.namespace, ['writer'], { quotas: true })
    const name = key.replace(/:.*/, `:${own.namespace}`)
    const rules = aclRules(user).map((rule) =>
      rule.includes(name) ? rule.replace(` +${command}`, '') : rule,
    )
    await createRedisUser(admin, user, rules)
    const error: unknown = await (async () => {
      const store = await connectRedisStore(own)
      onTestFinished(() => store.close())
      await store.register(request('a'))
      await connectRedisStore(own)
    })().catch((each: unknown) => each)
    const named = error instanceof Error ? [name, `+${command}`] : []
    expect(named.some((each) => String(error).includes(each))).toBe(true)
  })

  test('cannot be written by the tenant, nor can what it has used up be deleted', async () => {
    const { url, namespace } = await tenant({ identities: 1 })
    const redis = new Redis(url)
    onTestFinished(() => redis.disconnect())
    const [quota, spent] = [`~quota:${namespace}`, `~spent:${namespace}`]
    for (const [command, ...words] of [
      ['HSET', quota, 'identities', '9'],
      ['HDEL', quota, 'identities'],
      ['DEL', quota],
      ['DEL', spent],
      ['PEXPIREAT', spent, '1'],
      ['RENAME', spent, `${namespace}:x`],
      ['COPY', `${namespace}:x`, quota],
      ['HSET', '~spent:other', 'registrations', '0 0'],
      ['HMGET', '~quota:other', 'version'],
    ] as const) {
      await expect(redis.call(command, ...words)).rejects.toThrow('NOPERM')
    }
    expect(await redis.hmget(quota, 'identities')).toEqual(['1'])
  })

  test('refuses to connect without quotas, and says how to set them', async () => {
    const own = await tenant(null)
    await expect(connectRedisStore(own)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(`"${own.namespace}".* There are none. .*writeQuotas`),
    })
  })

  test('fails closed if they are lost or damaged, and works again when they are written', async () => {
    const own = await tenant({ maxTtlMs: 60_000, registrationsPerSecond: 1000 })
    const { namespace } = own
    const store = await open(own)
    const key = `~quota:${namespace}`
    const damages: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => admin.del(key), 'There are none'],
      [() => admin.hdel(key, 'identities'), 'damaged'],
      [() => admin.hdel(key, 'version'), 'damaged'],
      [
        () => admin.hset(key, 'version', 'x', 'metadataSchema', '{'),
        'metadataSchema, which is not',
      ],
      [() => admin.hset(key, 'version', 'y', 'metadataSchema', '{"type":1}'), 'metadataSchema: '],
      [() => admin.multi().hdel(key, 'metadataSchema').hset(key, 'version', 'z').exec(), 'damaged'],
      [() => admin.hset(key, 'maxTtlMs', ''), 'damaged: maxTtlMs'],
      [() => admin.hset(key, 'identities', 'nan'), 'damaged: identities'],
      [() => admin.hset(key, 'registrationsPerSecond', '-1'), 'damaged'],
      [() => admin.hset(key, 'registrationsBurst', 'none'), 'damaged: registrationsBurst'],
      [() => admin.multi().del(key).set(key, 'x').exec(), 'WRONGTYPE'],
    ]
    for (const [damage, says] of damages) {
      await damage()
      await expect(store.register(request('a', { replace: true }))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(says),
      })
      await admin.del(key)
      const quotas = { maxTtlMs: 60_000, registrationsPerSecond: 1000 }
      await writeQuotas({ redisUrl: server.url, namespace, quotas })
      await store.register(request('a', { replace: true }))
    }
  })

  test.each([
    ['lost', (key: string) => admin.del(key)],
    ['text', (key: string) => admin.hset(key, 'registrations', 'full')],
    ['negative', (key: string) => admin.hset(key, 'registrations', '-5 0')],
    ['without a time', (key: string) => admin.hset(key, 'registrations', '1')],
  ] as const)('takes a count that is %s for used up', async (_, damage) => {
    const own = await tenant({ registrationsPerSecond: 0.01, registrationsBurst: 5 })
    const store = await open(own)
    await store.register(request('a'))
    await damage(`~spent:${own.namespace}`)
    const refused = store.register(request('b'))
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(await admin.hget(`~spent:${own.namespace}`, 'registrations')).toMatch(/^\d/)
  })

  test('counts on from its time if a count is lost', async () => {
    const own = await tenant({ registrationsPerSecond: 50, registrationsBurst: 1 })
    const store = await open(own)
    await admin.del(`~spent:${own.namespace}`)
    await expect(store.register(request('a'))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect.poll(() => store.register(request('a')).catch(() => null)).not.toBeNull()
  })

  test('gives nothing for a time that comes again, as the clock was set back, and counts on from now', async () => {
    const own = await tenant({ registrationsPerSecond: 20, registrationsBurst: 2 })
    const store = await open(own)
    const yearAheadUs = (Date.now() + 365 * 24 * 3_600_000) * 1000
    await admin.hset(`~spent:${own.namespace}`, 'registrations', `2000000 ${yearAheadUs}`)
    await expect(store.register(request('a'))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect.poll(() => store.register(request('a')).catch(() => null)).not.toBeNull()
  })

  test('holds for all connections at once, and for what they have seen changed', async () => {
    const own = await tenant({ registrationsPerSecond: 0.001, registrationsBurst: 10 })
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(own)))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, async (_, n) => stores[n % 4]?.register(request(`u${n}`))),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    const quotas = { identities: 11, registrationsPerSecond: 1e6, registrationsBurst: 1e6 }
    await writeQuotas({ redisUrl: server.url, namespace: own.namespace, quotas })
    await stores[0]?.register(request('one more'))
    await expect(stores[1]?.register(request('too many'))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
  })

  test('holds for several processes: together they get the burst and what the rate gives', async () => {
    const [rate, burst] = [40, 20]
    const own = await tenant({ registrationsPerSecond: rate, registrationsBurst: burst })
    const [beganS = 0, beganUs = 0] = await admin.time()
    const script = resolve(import.meta.dirname, 'testing/registering-process.ts')
    const outcomes = await Promise.all(
      ['p', 'q', 'r', 's'].map((name) =>
        promisify(execFile)(process.execPath, [script, own.url, own.namespace, name, '600']),
      ),
    )
    const [endedS = 0, endedUs = 0] = await admin.time()
    const seconds = endedS - beganS + (endedUs - beganUs) / 1e6
    const accepted = outcomes.reduce((sum, { stdout }) => sum + Number(stdout), 0)
    expect(accepted).toBeGreaterThanOrEqual(burst)
    expect(accepted).toBeLessThanOrEqual(burst + rate * seconds)
  })

  test('has a new schema in force at once in all stores, and keeps what is registered', async () => {
    const own = await tenant({})
    const { namespace } = own
    const stores = [await open(own), await open(own)] as const
    await stores[0].register(request('old', { metadata: { n: 1 } }))
    const write = (metadataSchema: SchemaObject) =>
      writeQuotas({ redisUrl: server.url, namespace, quotas: { metadataSchema } })
    await write({ properties: { n: { type: 'string' } } })
    for (const store of stores) {
      await expect(store.register(request('a', { metadata: { n: 1 } }))).rejects.toMatchObject({
        code: 'INVALID_METADATA',
        message: 'metadata.n: must be string',
      })
    }
    await stores[0].heartbeat('old', 60_000)
    expect(await stores[1].lookUp(['old', 'a'])).toMatchObject([{ metadata: { n: 1 } }])
    // What did not fit the old one may fit the new one.
    await write({ properties: { n: { type: 'integer' } } })
    await stores[1].register(request('a', { metadata: { n: 1 } }))
  })

  test('takes no schema that is not one', async () => {
    const { namespace } = await tenant(null)
    const quotas = { metadataSchema: { properties: { n: { tpye: 'string' } } } }
    await expect(writeQuotas({ redisUrl: server.url, namespace, quotas })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('quotas.metadataSchema'),
    })
    expect(await admin.exists(`~quota:${namespace}`)).toBe(0)
  })

  test('counts the registries that are open, and takes those that closed off', async () => {
    const own = await tenant({ connections: 2 })
    const first = await connectRedisStore(own)
    await open(own)
    await expect(connectRedisStore(own)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: expect.stringContaining('2 open registries'),
    })
    await first.close()
    await open(own)
    // One that wasn't closed ends by itself: here its time comes early.
    const [oldest = ''] = await admin.zrange(`~leases:${own.namespace}`, '0', '0')
    await admin.zadd(`~leases:${own.namespace}`, 1, oldest)
    await open(own)
  })

  test('has no lease that lasts for longer, though it was taken before the clock was set back', async () => {
    const own = await tenant({ connections: 1 })
    await admin.zadd(
      `~leases:${own.namespace}`,
      Date.now() + 3_600_000,
      'of a process that crashed',
    )
    const refusal: unknown = await connectRedisStore(own).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect((refusal as RegistryError).retryAfterMs).toBeLessThanOrEqual(30_000)
  })

  test('holds for stores that are opened at the same time', async () => {
    const own = await tenant({ connections: 3 })
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => open(own)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })

  test('keeps those open that are over a new quota, and lets none in', async () => {
    const own = await tenant({})
    const stores = [await open(own), await open(own)]
    const { namespace } = own
    await writeQuotas({ redisUrl: server.url, namespace, quotas: { connections: 1 } })
    for (const store of stores) expect(await store.lookUp(['a'])).toEqual([])
    await expect(connectRedisStore(own)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })

  test('refuses calls of one that was stopped until others took its place', async () => {
    const own = await tenant({ connections: 1 })
    const stopped = await open(own)
    await admin.del(`~leases:${own.namespace}`)
    const other = await open(own)
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 31_000)
    try {
      await expect(stopped.lookUp(['a'])).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
      await other.close()
      expect(await stopped.lookUp(['a'])).toEqual([])
    } finally {
      clock.mockRestore()
    }
  })

  test('costs no wait for replicas when it refuses', async () => {
    const own = await tenant({ identities: 0 })
    const store = await open({
      ...own,
      url: server.url,
      scripts: 'eval',
      waitForReplicas: { count: 1, timeoutMs: 100 },
    })
    await expect(store.register(request('a'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })
})
