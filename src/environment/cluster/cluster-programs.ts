import { EnvironmentError } from '../environment-error.ts'
import { startNatsProgram, startRedisProgram, type ServerProgram } from '../programs.ts'
import {
  planNatsCluster,
  planRedisCluster,
  type PlannedNode,
  type RedisClusterSize,
} from './cluster-plan.ts'
import { awaitNatsCluster, awaitRedisCluster } from './whole-cluster.ts'

/** A node of a cluster, as a local program. */
export interface ClusterProgram {
  readonly planned: PlannedNode
  readonly program: ServerProgram
}

const ATTEMPTS = 3
const ENDED = /already in use|ended by itself/i

/**
 * Starts a Redis Cluster of local programs; resolves when it is whole.
 * @param extraArgs added at the end of each node's command line.
 * @throws EnvironmentError if a node doesn't start, or they don't come together.
 */
export function startRedisCluster(
  size: RedisClusterSize,
  extraArgs: readonly string[] = [],
): Promise<readonly ClusterProgram[]> {
  return started(
    async () => {
      const nodes = await planRedisCluster(size)
      return nodes.map((node) => ({ ...node, args: [...node.args, ...extraArgs] }))
    },
    (nodes, signal) => awaitRedisCluster(nodes, size.primaries, signal),
  )
}

/**
 * Starts a NATS cluster of local programs with JetStream; resolves when it is whole.
 * @throws EnvironmentError if a node doesn't start, or they don't come together.
 */
export function startNatsCluster(size: number): Promise<readonly ClusterProgram[]> {
  return started(() => planNatsCluster(size), awaitNatsCluster)
}

/** Stops all nodes; resolves when they are gone. */
export async function stopCluster(nodes: readonly ClusterProgram[]): Promise<void> {
  await Promise.all(nodes.map(({ program }) => program.stop()))
}

/** @throws EnvironmentError */
async function started(
  plan: () => Promise<readonly PlannedNode[]>,
  whole: (addresses: readonly string[], signal: AbortSignal) => Promise<void>,
): Promise<readonly ClusterProgram[]> {
  // Another process may take one of the ports first, hence the attempts.
  for (let attempt = 1; ; attempt += 1) {
    const outcomes = await Promise.allSettled((await plan()).map(startNode))
    const nodes = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value] : [],
    )
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    const over = new AbortController()
    try {
      if (failed !== undefined) throw failed.reason
      const addresses = nodes.map(({ planned }) => `127.0.0.1:${planned.port}`)
      await Promise.race([whole(addresses, over.signal), ...nodes.map(failsWithNode)])
      return nodes
    } catch (error) {
      await stopCluster(nodes)
      const isTaken = error instanceof EnvironmentError && ENDED.test(error.message)
      if (!isTaken || attempt === ATTEMPTS) throw error
    } finally {
      over.abort()
    }
  }
}

/** Rejects when it ends: a NATS is ready before it listens to the other servers, and ends if it can't. */
async function failsWithNode({ planned, program }: ClusterProgram): Promise<never> {
  await program.ended
  throw new EnvironmentError(
    `${planned.name} ended by itself, on the ports ${planned.port} and ${planned.clusterPort} of 127.0.0.1.`,
  )
}

async function startNode(planned: PlannedNode): Promise<ClusterProgram> {
  const { server, port, args, files } = planned
  const start = server === 'redis' ? startRedisProgram : startNatsProgram
  return { planned, program: await start({ port, extraArgs: args, files, group: port }) }
}
