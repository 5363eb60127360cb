import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { filterFrom } from '../filter/filter.ts'
import { startRedisCluster, type ClusterNode, type RedisCluster } from '../testing/redis-cluster.ts'
import {
  describeStoreContract,
  everything,
  identitiesOf,
  request,
} from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'
import { callAll, usersOn } from './testing/short-lived-users.ts'
import type { RedisStoreOptions } from './store-options.ts'
import { writeQuotas } from './stored-quotas.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('On a Redis Cluster (needs redis-server on the PATH)', () => {
  let cluster: RedisCluster
  const url = () => cluster.primaries[0]?.program.url ?? ''

  beforeAll(async () => {
    cluster = await startRedisCluster(3, { replicas: true })
  }, 60_000)

  afterAll(() => cluster.stop())

  describeStoreContract('the Redis store', { isShared: true }, () => {
    const namespace = `test-${randomUUID()}`
    return {
      open: (options) => connectRedisStore({ url: url(), namespace, ...options }),
    }
  })

  test('all keys of a namespace are on one node, whichever node the URL names', async () => {
    for (const { program } of cluster.nodes) {
      const namespace = randomUUID()
      const store = await connectRedisStore({ nodes: [program.url], namespace })
      for (let n = 0; n < 10; n += 1) await store.register(request(`user-{${n}}`))
      expect(await store.select(everything)).toHaveLength(10)
      const counts = await keysByNode(cluster.primaries, `{${namespace}}:*`)
      expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 12])
      await store.clear()
      await store.close()
    }
  })

  test('a hash tag in a namespace is kept', async () => {
    const namespace = `{${randomUUID()}}-7`
    const store = await connectRedisStore({ url: url(), namespace })
    await store.register(request('alice'))
    expect(await keysByNode(cluster.primaries, `${namespace}:alice`)).toContain(1)
    await store.clear()
    await store.close()
  })

  test('quotas are on the node of their namespace, with and without a hash tag', async () => {
    for (const namespace of [randomUUID(), `{${randomUUID()}}-7`]) {
      const quotas = { identities: 1, multicastsPerSecond: 0.001, connections: 1 }
      await writeQuotas({ redisUrl: url(), namespace, quotas })
      const store = await connectRedisStore({ url: url(), namespace, quotas: true })
      await store.register(request('alice'))
      await expect(store.register(request('bob'))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
      await store.chargeMulticast?.(1, 1)
      await expect(store.chargeMulticast?.(1, 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
      await expect(
        connectRedisStore({ url: url(), namespace, quotas: true }),
      ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
      await store.clear()
      await store.close()
    }
  })

  test('tenants without hash tags spread over the nodes', async () => {
    const stores = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        connectRedisStore({ url: url(), namespace: `tenant-${n}` }),
      ),
    )
    for (const store of stores) await store.register(request('alice'))
    expect(await keysByNode(cluster.primaries, '{tenant-*}:alice')).not.toContain(0)
    for (const store of stores) {
      await store.clear()
      await store.close()
    }
  })

  test('a store follows its namespace to another node', async () => {
    const namespace = `{${randomUUID()}}`
    const [writer, reader] = await Promise.all(
      [1, 2].map(() => connectRedisStore({ url: url(), namespace })),
    )
    if (!writer || !reader) throw new Error('not connected')
    onTestFinished(async () => {
      await writer.clear()
      await Promise.all([writer.close(), reader.close()])
    })
    for (let n = 0; n < 20; n += 1) await writer.register(request(`user-${n}`))
    expect(await reader.select(everything)).toHaveLength(20)
    await moveSlot(cluster.primaries, `${namespace}:~log`)
    await writer.unregister('user-3')
    await writer.register(request('user-20', { metadata: { moved: true } }))
    expect(await reader.select(everything)).toHaveLength(20)
    expect(await identitiesOf(reader, filterFrom({ moved: true }))).toEqual(['user-20'])
  })

  test('so does one that waits for replicas', async () => {
    const waitForReplicas = { count: 1, timeoutMs: 5_000 }
    const store = await connectRedisStore({ url: url(), namespace: 'waits', waitForReplicas })
    onTestFinished(async () => {
      await store.clear()
      await store.close()
    })
    for (let n = 0; n < 20; n += 1) await store.register(request(`user-${n}`))
    await moveSlot(cluster.primaries, '{waits}:~log')
    await store.register(request('user-20'))
    expect(await store.unregister('user-3')).toBe(true)
    expect(await store.select(everything)).toHaveLength(20)
  })

  test('a user that lives for a moment is replaced on all nodes, without a failed call', async () => {
    const { names, provider } = usersOn(cluster.nodes.map(({ redis }) => redis))
    const namespace = randomUUID()
    const store = await connectRedisStore({
      nodes: cluster.urls,
      namespace,
      credentials: provider,
    })
    onTestFinished(() => store.close())
    const stop = callAll(store)
    await expect.poll(() => names.length, { timeout: 30_000 }).toBeGreaterThan(3)
    const { calls, failures } = await stop()
    expect(failures).toEqual([])
    expect(calls).toBeGreaterThan(names.length)
    // Connections that are made anew are admitted as well.
    for (const { redis } of cluster.nodes) {
      for (const name of names.slice(-2)) await redis.call('CLIENT', 'KILL', 'USER', name)
    }
    await expect
      .poll(() => store.select(everything).then(() => 'well', String), { timeout: 10_000 })
      .toBe('well')
    await store.clear()
  })

  describe('while registrations are made', () => {
    test('a failover by command loses nothing that was acknowledged', async () => {
      const load = await startLoad(cluster, 'by-command')
      const { replica } = await shardOf(cluster, '{by-command}:~log')
      await replica.redis.call('CLUSTER', 'FAILOVER')
      await vi.waitFor(async () => {
        expect(await replica.redis.info('replication')).toContain('role:master')
      }, 20_000)
      await load.untilItWorks()
      expect(await load.missing()).toEqual([])
    }, 60_000)

    // The last tests kill nodes.
    test('the death of a primary loses nothing that its replica confirmed', async () => {
      const waitForReplicas = { count: 1, timeoutMs: 2_000 }
      const load = await startLoad(cluster, 'killed', { waitForReplicas })
      const { primary } = await shardOf(cluster, '{killed}:~log')
      process.kill(primary.program.pid, 'SIGKILL')
      await load.untilItFails()
      // The new primary has no replica: from here on, writes take effect unconfirmed.
      await vi.waitFor(
        async () => {
          const reader = await connectRedisStore({ nodes: cluster.urls, namespace: 'killed' })
          await reader.close()
        },
        { timeout: 30_000, interval: 200 },
      )
      expect(await load.missing()).toEqual([])
    }, 60_000)

    test('a namespace whose primary and replica are gone is UNAVAILABLE', async () => {
      const store = await connectRedisStore({ nodes: cluster.urls, namespace: 'killed' })
      onTestFinished(() => store.close())
      await (await ownerOf(cluster.nodes, '{killed}:~log')).program.stop()
      await expect(store.register(request('bob'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await expect(store.select(everything)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    }, 60_000)
  })
})

describe.skipIf(!hasProgram)('A Redis Cluster', () => {
  test('that announces another address is reached by an address map', async () => {
    const { primaries, stop } = await startRedisCluster(1, {
      extraArgs: ['--cluster-announce-port', '1'],
    })
    onTestFinished(stop)
    const port = primaries[0]?.program.port ?? 0
    const url = `redis://127.0.0.1:${port}`
    const addressMap = { '127.0.0.1:1': `127.0.0.1:${port}` }
    const store = await connectRedisStore({ url, namespace: 'mapped', addressMap })
    await store.register(request('alice'))
    expect(await store.select(everything)).toHaveLength(1)
    await store.close()
  }, 60_000)
})

async function keysByNode(
  nodes: readonly ClusterNode[],
  pattern: string,
): Promise<readonly number[]> {
  return Promise.all(nodes.map(async ({ redis }) => (await redis.keys(pattern)).length))
}

async function ownerOf(nodes: readonly ClusterNode[], key: string): Promise<ClusterNode> {
  for (const node of nodes) {
    const isThere = await node.redis.exists(key).catch(() => 0)
    if (isThere === 1) return node
  }
  throw new Error(`No node has ${key}.`)
}

/** Moves the slot of a key to another node, as resharding does. */
async function moveSlot(nodes: readonly ClusterNode[], key: string): Promise<void> {
  const from = await ownerOf(nodes, key)
  const to = nodes.find((node) => node !== from)
  if (!to) throw new Error('There is only one node.')
  const slot = await from.redis.cluster('KEYSLOT', key)
  await to.redis.cluster('SETSLOT', slot, 'IMPORTING', from.id)
  await from.redis.cluster('SETSLOT', slot, 'MIGRATING', to.id)
  const keys = await from.redis.cluster('GETKEYSINSLOT', slot, 1000)
  const target = ['127.0.0.1', to.program.port, '', 0, 5000] as const
  await from.redis.call('MIGRATE', ...target, 'KEYS', ...keys)
  for (const { redis } of [to, from]) await redis.cluster('SETSLOT', slot, 'NODE', to.id)
}

/** Registers identities one after the other, until the test ends. */
async function startLoad(
  cluster: RedisCluster,
  namespace: string,
  options: Partial<RedisStoreOptions> = {},
) {
  const store = await connectRedisStore({ nodes: cluster.urls, namespace, ...options })
  const acknowledged: string[] = []
  let failures = 0
  const ending = new AbortController()
  const run = async (): Promise<void> => {
    for (let n = 0; !ending.signal.aborted; n += 1) {
      try {
        await store.register(request(`user-${n}`))
        acknowledged.push(`user-${n}`)
      } catch (error) {
        expect(error).toMatchObject({ code: 'UNAVAILABLE' })
        failures += 1
        await delay(5)
      }
    }
  }
  const running = run()
  const end = async (): Promise<void> => {
    ending.abort()
    await running
  }
  onTestFinished(async () => {
    await end()
    await store.close()
  })
  const until = (holds: () => boolean) =>
    vi.waitFor(() => expect(holds()).toBe(true), { timeout: 30_000 })
  const untilItWorks = async (): Promise<void> => {
    const before = acknowledged.length
    await until(() => acknowledged.length > before + 50)
  }
  await untilItWorks()
  return {
    untilItFails: () => until(() => failures > 0),
    untilItWorks,
    /** The acknowledged identities that are gone. */
    missing: async (): Promise<readonly string[]> => {
      await end()
      const reader = await connectRedisStore({ nodes: cluster.urls, namespace })
      const found = new Set(await identitiesOf(reader))
      await reader.close()
      return acknowledged.filter((identity) => !found.has(identity))
    },
  }
}

/** The node that is the primary of a key, and the one that is its replica. */
async function shardOf(
  { nodes, primaries: { length: size } }: RedisCluster,
  key: string,
): Promise<{ readonly primary: ClusterNode; readonly replica: ClusterNode }> {
  const primary = await ownerOf(nodes, key)
  const replica = nodes[(nodes.indexOf(primary) + size) % nodes.length]
  if (!replica) throw new Error(`The node of ${key} has no replica.`)
  return { primary, replica }
}
