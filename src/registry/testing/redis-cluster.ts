import { Redis } from 'ioredis'
import {
  startRedisCluster as startPrograms,
  stopCluster,
} from '../../environment/cluster/cluster-programs.ts'
import type { ServerProgram } from '../../environment/programs.ts'

/** A node of a cluster. */
export interface ClusterNode {
  readonly program: ServerProgram
  /** For commands to this node; they fail once it is gone. */
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

/** Starts a Redis Cluster, with a client for each node; resolves when it is whole. */
export async function startRedisCluster(
  size: number,
  { replicas: hasReplicas = false, extraArgs = [] as readonly string[] } = {},
): Promise<RedisCluster> {
  const started = await startPrograms(
    { primaries: size, replicas: hasReplicas ? size : 0 },
    extraArgs,
  )
  const nodes = await Promise.all(started.map(({ program }) => nodeOf(program)))
  return {
    primaries: nodes.slice(0, size),
    replicas: nodes.slice(size),
    nodes,
    urls: nodes.map(({ program }) => program.url),
    stop: async () => {
      for (const { redis } of nodes) redis.disconnect()
      await stopCluster(started)
    },
  }
}

async function nodeOf(program: ServerProgram): Promise<ClusterNode> {
  const redis = new Redis(program.url, { maxRetriesPerRequest: 0 })
  redis.on('error', () => {})
  return { program, redis, id: await redis.cluster('MYID') }
}
