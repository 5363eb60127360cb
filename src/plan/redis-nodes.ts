import type { Needs } from './cost-model.ts'
import type { Assumptions } from './demand.ts'
import { NamespacesOnNodes } from './spread/namespaces-on-nodes.ts'

/** Redis nodes that share the namespaces. A namespace's keys have one hash tag, so it lives on one node. */
export interface RedisNodes {
  /** The utilisation of a node by one namespace; above 1, no node can carry it. */
  readonly namespaceUtilisation: number
  /** Nodes of a Redis Cluster with arbitrary namespace names; `null` if no number suffices. */
  readonly nodes: number | null
  /** Nodes with hash tags chosen so that each has the same number of namespaces. */
  readonly balancedNodes: number
  /** The number of namespaces on the busiest of `nodes`. */
  readonly namespacesOnBusiest: number
}

/** The utilisation of a Redis node: the largest of CPU, memory and network. */
export function redisShare(needs: Needs, assumptions: Assumptions): number {
  return Math.max(...Object.values(redisShares(needs, assumptions)))
}

/** The utilisations separately. Redis runs commands on one core. */
export function redisShares(
  needs: Needs,
  { utilisation, redisMemoryBytes, networkBytes }: Assumptions,
): Readonly<Record<'cpu' | 'memory' | 'network', number>> {
  const bytes = Math.max(needs['redis.bytesIn'], needs['redis.bytesOut'])
  return {
    cpu: needs['redis.cpuUs'] / 1e6 / utilisation,
    memory: needs['redis.memoryBytes'] / (redisMemoryBytes * utilisation),
    network: bytes / (networkBytes * utilisation),
  }
}

/** Plans nodes for namespaces that share the needs equally. */
export function redisNodesFor(
  needs: Needs,
  namespaces: number,
  assumptions: Assumptions,
): RedisNodes {
  const namespaceUtilisation = redisShare(needs, assumptions) / namespaces
  const most = Math.max(1, Math.floor(1 / namespaceUtilisation))
  const balancedNodes = Math.ceil(namespaces / most)
  if (balancedNodes === 1) {
    return { namespaceUtilisation, nodes: 1, balancedNodes, namespacesOnBusiest: namespaces }
  }
  const spread = new NamespacesOnNodes(namespaces)
  const nodes = spread.fewestNodes(most)
  const namespacesOnBusiest = nodes === null ? most : spread.busiest(nodes)
  return { namespaceUtilisation, nodes, balancedNodes, namespacesOnBusiest }
}
