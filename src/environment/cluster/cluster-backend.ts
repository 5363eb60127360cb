import type { ServerBackends, ServerNode } from '../backends.ts'
import { programProcess } from '../nodes/program-process.ts'
import { separate } from '../nodes/partition.ts'
import { StartedNode } from '../nodes/started-node.ts'
import { CLUSTER_SIZE } from './cluster-plan.ts'
import {
  startNatsCluster,
  startRedisCluster,
  stopCluster,
  type ClusterProgram,
} from './cluster-programs.ts'
import { awaitNatsCluster, awaitRedisCluster } from './whole-cluster.ts'

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
  const nodes = [redis, nats].flatMap((cluster) =>
    cluster.map((node) => startedNode(node, cluster)),
  )
  return {
    kind: 'programs',
    redisUrl: redis.map(({ program }) => program.url).join(','),
    natsUrls: nats.map(({ program }) => program.url),
    nodes,
    settle: () => awaitClusters(nodes.map(({ node }) => node)),
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

/**
 * Resolves when both clusters are whole.
 * @throws EnvironmentError after 30 s.
 */
export async function awaitClusters(nodes: readonly ServerNode[]): Promise<void> {
  const addresses = (of: ServerNode['server']) =>
    nodes.filter(({ server }) => server === of).map(({ address }) => address)
  await Promise.all([
    awaitRedisCluster(addresses('redis'), CLUSTER_SIZE.primaries),
    awaitNatsCluster(addresses('nats')),
  ])
}
