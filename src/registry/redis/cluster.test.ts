import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../environment/free-port.ts'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { filterFrom } from '../filter/filter.ts'
import {
  describeStoreContract,
  everything,
  identitiesOf,
  request,
} from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'

const hasProgram = findProgram('redis-server') !== undefined
const slotCount = 16_384

interface Node {
  readonly program: ServerProgram
  readonly redis: Redis
  readonly id: string
}

describe.skipIf(!hasProgram)('On a Redis Cluster (needs redis-server on the PATH)', () => {
  let nodes: Node[] = []
  const url = () => nodes[0]?.program.url ?? ''

  beforeAll(async () => {
    nodes = await startCluster(3)
  }, 60_000)

  afterAll(async () => {
    for (const { redis, program } of nodes) {
      redis.disconnect()
      await program.stop()
    }
  })

  for (const strategy of ['replica', 'scan'] as const) {
    describeStoreContract(`the Redis store, by ${strategy}`, { isShared: true }, () => {
      const namespace = `test-${randomUUID()}`
      return {
        open: (options) => connectRedisStore({ url: url(), namespace, strategy, ...options }),
      }
    })
  }

  test('all keys of a namespace are on one node, whichever node the URL names', async () => {
    for (const { program } of nodes) {
      const namespace = randomUUID()
      const store = await connectRedisStore({ nodes: [program.url], namespace })
      for (let n = 0; n < 10; n += 1) await store.register(request(`user-{${n}}`))
      expect(await store.select(everything)).toHaveLength(10)
      const counts = await keysByNode(nodes, `{${namespace}}:*`)
      expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 12])
      await store.clear()
      await store.close()
    }
  })

  test('a hash tag in a namespace is kept', async () => {
    const namespace = `{${randomUUID()}}-7`
    const store = await connectRedisStore({ url: url(), namespace })
    await store.register(request('alice'))
    expect(await keysByNode(nodes, `${namespace}:alice`)).toContain(1)
    await store.clear()
    await store.close()
  })

  test('tenants without hash tags spread over the nodes', async () => {
    const stores = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        connectRedisStore({ url: url(), namespace: `tenant-${n}` }),
      ),
    )
    for (const store of stores) await store.register(request('alice'))
    expect(await keysByNode(nodes, '{tenant-*}:alice')).not.toContain(0)
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
    await moveSlot(nodes, `${namespace}:~log`)
    await writer.unregister('user-3')
    await writer.register(request('user-20', { metadata: { moved: true } }))
    expect(await reader.select(everything)).toHaveLength(20)
    expect(await identitiesOf(reader, filterFrom({ moved: true }))).toEqual(['user-20'])
  })
})

test.skipIf(!hasProgram)(
  'a cluster that lost the node of a namespace is UNAVAILABLE',
  async () => {
    const nodes = await startCluster(3)
    onTestFinished(async () => {
      for (const { redis, program } of nodes) {
        redis.disconnect()
        await program.stop()
      }
    })
    const namespace = '{lost}'
    const urls = nodes.map(({ program }) => program.url)
    const store = await connectRedisStore({ nodes: urls, namespace })
    onTestFinished(() => store.close())
    await store.register(request('alice'))
    await (await ownerOf(nodes, `${namespace}:~log`)).program.stop()
    await expect(store.register(request('bob'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(store.select(everything)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  },
  60_000,
)

async function startCluster(size: number): Promise<Node[]> {
  const nodes: Node[] = []
  const busPorts: number[] = []
  for (let at = 0; at < size; at += 1) {
    const busPort = await freePort()
    const cluster = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`]
    const program = await startRedisProgram({ extraArgs: cluster })
    const redis = new Redis(program.url)
    busPorts.push(busPort)
    nodes.push({ program, redis, id: await redis.cluster('MYID') })
  }
  for (const [at, { redis, program }] of nodes.entries()) {
    const from = Math.floor((at * slotCount) / size)
    const to = Math.floor(((at + 1) * slotCount) / size) - 1
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
    const busPort = busPorts[at] ?? 0
    await nodes[0]?.redis.call('CLUSTER', 'MEET', '127.0.0.1', program.port, busPort)
  }
  for (const { redis } of nodes) {
    const isWhole = new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${size}`)
    await vi.waitFor(async () => expect(await redis.cluster('INFO')).toMatch(isWhole), 30_000)
  }
  return nodes
}

async function keysByNode(nodes: readonly Node[], pattern: string): Promise<readonly number[]> {
  return Promise.all(nodes.map(async ({ redis }) => (await redis.keys(pattern)).length))
}

async function ownerOf(nodes: readonly Node[], key: string): Promise<Node> {
  for (const node of nodes) {
    const isThere = await node.redis.exists(key).catch(() => 0)
    if (isThere === 1) return node
  }
  throw new Error(`No node has ${key}.`)
}

/** Moves the slot of a key to another node, as resharding does. */
async function moveSlot(nodes: readonly Node[], key: string): Promise<void> {
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
