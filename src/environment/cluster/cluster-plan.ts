import { randomBytes } from 'node:crypto'
import { freePort } from '../free-port.ts'

/** A server of a cluster before it is started. */
export interface PlannedNode {
  /** `redis-1` … `redis-6`, `nats-1` … */
  readonly name: string
  readonly server: 'redis' | 'nats'
  /** For clients. */
  readonly port: number
  /** For the other nodes. */
  readonly clusterPort: number
  /** Arguments that make it a node of the cluster. */
  readonly args: readonly string[]
  /** Files that it finds in its folder, by name. */
  readonly files: Readonly<Record<string, string>>
}

/** How many nodes a Redis Cluster has. */
export interface RedisClusterSize {
  readonly primaries: number
  /** Of all primaries together; the k-th follows the k-th primary. */
  readonly replicas: number
}

/** The clusters of `--backend cluster`: as small as a cluster that survives the loss of a node can be. */
export const CLUSTER_SIZE = { primaries: 3, replicas: 3, natsServers: 3 } as const

const SLOTS = 16_384
const HOST = '127.0.0.1'

/**
 * A primary counts as failed when a majority has not heard from it for this long, in ms: a replica takes over about a
 * second later. Less, and a machine with two busy cores sees failovers of nodes that merely waited for a core.
 */
export const NODE_TIMEOUT_MS = 2_000

/**
 * A Redis Cluster whose nodes know each other from the start, by their `nodes.conf`, so none has to be introduced.
 */
export async function planRedisCluster(size: RedisClusterSize): Promise<readonly PlannedNode[]> {
  const { primaries, replicas } = size
  const ports = await freePorts(2 * (primaries + replicas))
  const nodes = Array.from({ length: primaries + replicas }, (_, index) => ({
    id: randomBytes(20).toString('hex'),
    port: ports[2 * index] ?? 0,
    clusterPort: ports[2 * index + 1] ?? 0,
  }))
  const lineOf = (index: number, isOwn: boolean): string => {
    const { id, port, clusterPort } = nodes[index] ?? { id: '', port: 0, clusterPort: 0 }
    const own = isOwn ? 'myself,' : ''
    const address = `${HOST}:${port}@${clusterPort}`
    if (index >= primaries) {
      const primary = nodes[index - primaries]?.id ?? ''
      return `${id} ${address} ${own}slave ${primary} 0 0 ${index - primaries + 1} connected`
    }
    const from = Math.floor((index * SLOTS) / primaries)
    const to = Math.floor(((index + 1) * SLOTS) / primaries) - 1
    return `${id} ${address} ${own}master - 0 0 ${index + 1} connected ${from}-${to}`
  }
  return nodes.map(({ port, clusterPort }, index) => ({
    name: `redis-${index + 1}`,
    server: 'redis',
    port,
    clusterPort,
    args: [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      `${clusterPort}`,
      '--cluster-node-timeout',
      `${NODE_TIMEOUT_MS}`,
      // A shard without a primary fails alone.
      '--cluster-require-full-coverage',
      'no',
      // A replica needn't wait for others before its first copy.
      '--repl-diskless-sync-delay',
      '0',
    ],
    files: {
      'nodes.conf': [
        ...nodes.map((_, of) => lineOf(of, of === index)),
        `vars currentEpoch ${primaries} lastVoteEpoch 0`,
        '',
      ].join('\n'),
    },
  }))
}

/** A NATS cluster with JetStream. */
export async function planNatsCluster(size: number): Promise<readonly PlannedNode[]> {
  const ports = await freePorts(2 * size)
  const clusterPorts = ports.slice(size)
  const routes = clusterPorts.map((port) => `nats://${HOST}:${port}`).join(',')
  return clusterPorts.map((clusterPort, index) => ({
    name: `nats-${index + 1}`,
    server: 'nats',
    port: ports[index] ?? 0,
    clusterPort,
    args: [
      '--server_name',
      `nats-${index + 1}`,
      '--cluster_name',
      'prism-loadtest',
      '--cluster',
      `nats://${HOST}:${clusterPort}`,
      '--routes',
      routes,
    ],
    files: {},
  }))
}

/** Different ones, all free when asked. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
