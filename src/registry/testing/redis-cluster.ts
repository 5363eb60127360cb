import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../../environment/free-port.ts'
import { startRedisProgram, type ServerProgram } from '../../environment/programs.ts'

const SLOTS = 16_384
/** After this long without an answer, a primary's replica takes over, in ms. */
const NODE_TIMEOUT_MS = 1_000

/** A node of a cluster. */
export interface ClusterNode {
  readonly program: ServerProgram
  /** For commands to this node. */
  readonly redis: Redis
  readonly id: string
}

/** A Redis Cluster of local programs. */
export interface RedisCluster {
  readonly primaries: readonly ClusterNode[]
  /** As many as primaries, in the same order, or none. */
  readonly replicas: readonly ClusterNode[]
  readonly nodes: readonly ClusterNode[]
  readonly urls: readonly string[]
  readonly stop: () => Promise<void>
}

/** Starts a Redis Cluster, and waits until it serves all slots and each replica has its primary's data. */
export async function startRedisCluster(
  size: number,
  { replicas: hasReplicas = false, extraArgs = [] as readonly string[] } = {},
): Promise<RedisCluster> {
  const count = hasReplicas ? 2 * size : size
  const started = await Promise.all(
    Array.from({ length: count }, async () => startNode(await freePort(), extraArgs)),
  )
  const nodes = started.map(({ node }) => node)
  const [primaries, replicas] = [nodes.slice(0, size), nodes.slice(size)]
  for (const [at, { redis }] of primaries.entries()) {
    const from = Math.floor((at * SLOTS) / size)
    const to = Math.floor(((at + 1) * SLOTS) / size) - 1
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
  }
  for (const { node, busPort } of started) {
    await nodes[0]?.redis.call('CLUSTER', 'MEET', '127.0.0.1', node.program.port, busPort)
  }
  for (const { redis } of nodes) {
    await until(async () => (await redis.cluster('INFO')).includes(`known_nodes:${count}`))
  }
  for (const [at, { redis }] of replicas.entries()) {
    const id = primaries[at]?.id ?? ''
    await until(async () => (await redis.call('CLUSTER', 'REPLICATE', id)) === 'OK')
  }
  for (const { redis } of replicas) {
    await until(async () => (await redis.info('replication')).includes('link_status:up'))
  }
  for (const { redis } of nodes) {
    await until(async () => {
      const info = await redis.cluster('INFO')
      const slots = (await redis.cluster('SLOTS')) as unknown[][]
      const isKnown = slots.every((range) => range.length === (hasReplicas ? 4 : 3))
      return info.includes('cluster_state:ok') && isKnown
    })
  }
  return {
    primaries,
    replicas,
    nodes,
    urls: nodes.map(({ program }) => program.url),
    stop: async () => {
      for (const { redis } of nodes) redis.disconnect()
      await Promise.all(nodes.map(({ program }) => program.stop()))
    },
  }
}

async function startNode(busPort: number, extraArgs: readonly string[]) {
  const program = await startRedisProgram({
    extraArgs: [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      `${busPort}`,
      '--cluster-node-timeout',
      `${NODE_TIMEOUT_MS}`,
      '--repl-diskless-sync-delay',
      '0',
      ...extraArgs,
    ],
  })
  const redis = new Redis(program.url)
  redis.on('error', () => {})
  return { node: { program, redis, id: await redis.cluster('MYID') }, busPort }
}

/** Repeats a check until it holds; one that throws does not hold yet. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  let reason: unknown
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await delay(20)) {
    try {
      if (await holds()) return
    } catch (error) {
      reason = error
    }
  }
  throw new Error('The cluster did not form within 30 s.', { cause: reason })
}
