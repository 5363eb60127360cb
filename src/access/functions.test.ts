import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../environment/programs.ts'
import { functionLibrary, LIBRARY_NAME } from '../registry/redis/functions.ts'
import { connectRedisStore } from '../registry/redis/redis-store.ts'
import type { RedisStoreOptions } from '../registry/redis/store-options.ts'
import type { RegistryStore } from '../registry/store.ts'
import { startRedisCluster } from '../registry/testing/redis-cluster.ts'
import {
  describeStoreContract,
  everything,
  identitiesOf,
  request,
} from '../registry/testing/store.contract.ts'
import { Warnings } from '../registry/warnings.ts'
import { aclRules } from './render-redis.ts'
import { createRedisUser, loadFunctions, urlFor, userOf } from './testing/tenant-users.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('A store by functions (needs redis-server on the PATH)', () => {
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

  /** A namespace of its own, and its user. */
  async function tenant(): Promise<RedisStoreOptions> {
    const namespace = `t${created}`
    created += 1
    const user = userOf(namespace, ['loadtest'])
    await createRedisUser(admin, user)
    return { url: urlFor(user, server.port), namespace, scripts: 'functions' }
  }

  async function open(options: RedisStoreOptions): Promise<RegistryStore> {
    const store = await connectRedisStore(options)
    onTestFinished(() => store.close())
    return store
  }

  async function denials(): Promise<string> {
    const log: unknown = await admin.acl('LOG')
    return JSON.stringify(log)
  }

  const traits = { isShared: true, isWatched: false }
  describeStoreContract("with a tenant's least rights", traits, () => {
    const own = tenant()
    return { open: async (options) => connectRedisStore({ ...(await own), ...options }) }
  })

  test('was denied nothing until here', async () => {
    expect(await denials()).toBe('[]')
  })

  test('reads and unregisters when memory is full, and writes nothing', async () => {
    const own = await tenant()
    const [writer, reader] = [await open(own), await open(own)]
    await writer.register(request('alice'))
    await writer.register(request('bob'))
    expect(await identitiesOf(reader)).toEqual(['alice', 'bob'])
    await admin.config('SET', 'maxmemory', '1mb')
    try {
      await expect(writer.register(request('carol'))).rejects.toThrow('OOM')
      await expect(writer.heartbeat('alice', 1000)).rejects.toThrow('OOM')
      expect(await writer.unregister('bob')).toBe(true)
      expect(await identitiesOf(reader)).toEqual(['alice'])
      expect(await identitiesOf(await open(own))).toEqual(['alice'])
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
  })

  test('reads where too few replicas let it write, and not from a replica', async () => {
    const other = await startRedisProgram()
    onTestFinished(() => other.stop())
    const redis = new Redis(other.url)
    onTestFinished(() => redis.disconnect())
    await loadFunctions(redis)
    const own = { url: other.url, namespace: 'a', scripts: 'functions' } as const
    const store = await open(own)
    await store.register(request('alice'))
    await redis.config('SET', 'min-replicas-to-write', '1')
    await expect(store.register(request('bob'))).rejects.toThrow('NOREPLICAS')
    expect(await identitiesOf(store)).toEqual(['alice'])
    await redis.config('SET', 'min-replicas-to-write', '0')
    await redis.replicaof('127.0.0.1', server.port)
    await expect
      .poll(() => identitiesOf(store).catch((error: unknown) => String(error)))
      .toMatch(/READONLY|down|lost/)
  })

  test('says who loads the functions if they are missing', async () => {
    const own = await tenant()
    const store = await open(own)
    await admin.function('FLUSH')
    try {
      const says = {
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          `lacks the registry's functions .*${LIBRARY_NAME}.* prism-loadtest access --functions`,
        ),
      }
      await expect(store.register(request('alice'))).rejects.toMatchObject(says)
      await expect(connectRedisStore(own)).rejects.toMatchObject(says)
    } finally {
      await loadFunctions(admin)
    }
    await store.register(request('alice'))
  })

  test('works beside another version of the functions', async () => {
    const version = /prism_registry_(\w+)/.exec(LIBRARY_NAME)?.[1] ?? ''
    const other = functionLibrary().replaceAll(version, 'f00dfeed0000')
    await admin.function('LOAD', other)
    onTestFinished(async () => void (await admin.function('DELETE', 'prism_registry_f00dfeed0000')))
    const store = await open(await tenant())
    await store.register(request('alice'))
    expect(await identitiesOf(store)).toEqual(['alice'])
  })

  test('does without a lost index until a heartbeat, and warns once', async () => {
    const own = await tenant()
    const writer = await open(own)
    await writer.register(request('alice'))
    await admin.del(`${own.namespace}:~index`)
    const warned: string[] = []
    const warnings = new Warnings(({ code, message }) => void warned.push(`${code} ${message}`))
    const reader = await open({ ...own, warnings })
    expect(await identitiesOf(reader)).toEqual([])
    await writer.heartbeat('alice', 60_000)
    expect(await identitiesOf(reader)).toEqual(['alice'])
    expect(await identitiesOf(await open({ ...own, warnings }))).toEqual(['alice'])
    expect(warned.length).toBeGreaterThan(0)
    expect(warned[0]).toContain('each is listed again once it is renewed')
    expect(await denials()).toBe('[]')
  })

  test('is asked for by the address as well, so that every command can use it', async () => {
    const { url = '', namespace } = await tenant()
    const store = await open({ url: `${url}?scripts=functions`, namespace })
    await store.register(request('alice'))
    expect(await identitiesOf(store)).toEqual(['alice'])
    await expect(connectRedisStore({ url, namespace })).rejects.toThrow("'eval")
    await expect(connectRedisStore({ url: `${url}?scripts=lua`, namespace })).rejects.toMatchObject(
      { code: 'INVALID_ARGUMENT' },
    )
    await expect(
      connectRedisStore({ url: `${url}?scripts=functions`, namespace, strategy: 'scan' }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('refuses the strategy that searches all keys', async () => {
    await expect(
      connectRedisStore({ ...(await tenant()), strategy: 'scan' }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('works on a cluster whose primaries have the functions', async () => {
    const cluster = await startRedisCluster(3)
    onTestFinished(() => cluster.stop())
    const user = userOf('a', ['loadtest'], { topology: 'cluster' })
    for (const { redis } of cluster.primaries) {
      await loadFunctions(redis)
      await createRedisUser(redis, user)
    }
    const nodes = cluster.primaries.map(({ program }) => urlFor(user, program.port))
    const store = await open({ nodes, namespace: 'a', scripts: 'functions' })
    await store.register(request('alice', { metadata: { long: 'x'.repeat(1000) } }))
    await store.register(request('bob'))
    await store.heartbeat('bob', 1000)
    await store.unregister('bob')
    expect(await store.select(everything)).toMatchObject([{ identity: 'alice' }])
    const another = await open({ nodes, namespace: 'a', scripts: 'functions' })
    expect(await identitiesOf(another)).toEqual(['alice'])
    await store.clear()
    expect(await identitiesOf(another)).toEqual([])
    const rules = aclRules(user).filter((rule) => rule !== '+cluster|slots')
    for (const { redis } of cluster.primaries) await createRedisUser(redis, user, rules)
    await expect(
      connectRedisStore({ nodes, namespace: 'a', scripts: 'functions' }),
    ).rejects.toThrow("'cluster|slots'")
  })
})
