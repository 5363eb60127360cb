import type { Needs } from './cost-model.ts'
import type { Assumptions } from './demand.ts'
import { NamespacesOnNodes } from './spread/namespaces-on-nodes.ts'

/** Redis servers that namespaces are spread over. A namespace's keys share a hash tag, so it lives on one. */
export interface RedisNodes {
  /** The most that one namespace takes of what a node may be used for; above 1, it can't be carried. */
  readonly namespaceShare: number
  /** Nodes of a Redis Cluster with namespaces named as they come; `null` if no number does. */
  readonly nodes: number | null
  /** Nodes if hash tags are chosen so that each has the same number of namespaces. */
  readonly balancedNodes: number
  /** How many namespaces the busiest of `nodes` has. */
  readonly namespacesOnBusiest: number
}

/** What a Redis server takes of one node: the largest of CPU, memory and network. */
export function redisShare(needs: Needs, assumptions: Assumptions): number {
  return Math.max(...Object.values(redisShares(needs, assumptions)))
}

/** The same one by one. Redis runs commands on one core. */
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

/** Plans nodes for so many namespaces that share the needs equally. */
export function redisNodesFor(
  needs: Needs,
  namespaces: number,
  assumptions: Assumptions,
): RedisNodes {
  const namespaceShare = redisShare(needs, assumptions) / namespaces
  const most = Math.max(1, Math.floor(1 / namespaceShare))
  const balancedNodes = Math.ceil(namespaces / most)
  if (balancedNodes === 1) {
    return { namespaceShare, nodes: 1, balancedNodes, namespacesOnBusiest: namespaces }
  }
  const spread = new NamespacesOnNodes(namespaces)
  const nodes = spread.fewestNodes(most)
  const namespacesOnBusiest = nodes === null ? most : spread.busiest(nodes)
  return { namespaceShare, nodes, balancedNodes, namespacesOnBusiest }
}
