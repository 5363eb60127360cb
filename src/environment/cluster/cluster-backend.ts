import type { ServerBackends } from '../backends.ts'
import { programProcess } from '../nodes/program-process.ts'
import { separate } from '../nodes/partition.ts'
import { StartedNode } from '../nodes/started-node.ts'
import {
  startNatsCluster,
  startRedisCluster,
  stopCluster,
  type ClusterProgram,
} from './cluster-programs.ts'
import { awaitNatsCluster, awaitRedisCluster } from './whole-cluster.ts'

/** The clusters of `--backend cluster`: as small as a cluster that survives the loss of a node can be. */
export const CLUSTER_SIZE = { primaries: 3, replicas: 3, natsServers: 3 } as const

/** Clusters that run. */
export interface StartedClusters extends Pick<ServerBackends, 'kind' | 'redisUrl' | 'natsUrls'> {
  readonly nodes: readonly StartedNode[]
  /** Resolves when the clusters are whole, after nodes were restored. */
  readonly settle: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Starts both clusters as local programs, at once.
 * @throws EnvironmentError if one doesn't start.
 */
export async function startClusterPrograms(): Promise<StartedClusters> {
  const outcomes = await Promise.allSettled([
    startRedisCluster(CLUSTER_SIZE),
    startNatsCluster(CLUSTER_SIZE.natsServers),
  ])
  const [redis, nats] = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : [],
  )
  const stop = async () => {
    await Promise.all([stopCluster(redis ?? []), stopCluster(nats ?? [])])
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined || redis === undefined || nats === undefined) {
    await stop()
    throw failed?.reason
  }
  return {
    kind: 'programs',
    redisUrl: redis.map(({ program }) => program.url).join(','),
    natsUrls: nats.map(({ program }) => program.url),
    nodes: [redis, nats].flatMap((cluster) => cluster.map((node) => startedNode(node, cluster))),
    settle: async () => {
      await Promise.all([
        awaitRedisCluster(addressesOf(redis), CLUSTER_SIZE.primaries),
        awaitNatsCluster(addressesOf(nats)),
      ])
    },
    stop,
  }
}

function startedNode(
  { planned, program }: ClusterProgram,
  cluster: readonly ClusterProgram[],
): StartedNode {
  const others = cluster.map((node) => node.planned).filter((node) => node !== planned)
  return new StartedNode(programProcess(planned.name, program, planned.args), () =>
    separate(planned, others),
  )
}

function addressesOf(cluster: readonly ClusterProgram[]): readonly string[] {
  return cluster.map(({ planned }) => `127.0.0.1:${planned.port}`)
}
