import { needOf, needsOf, type Coefficients, type Needs } from './cost-model.ts'
import { amountsOfDemand, followingOf } from './demand-amounts.ts'
import {
  MIN_REPLICAS,
  MAX_NAMESPACES,
  type Assumptions,
  type Demand,
  type OpenDemand,
} from './demand.ts'
import { gatewaysFor } from './gateways.ts'
import { natsServersFor, type NatsServers } from './nats-servers.ts'
import { smallestFrom } from './smallest-from.ts'
import { redisNodesFor, redisShare, type RedisNodes } from './redis-nodes.ts'
import { formatBytes, formatPercent } from '../format.ts'
import { utilisationsOfOne, type Utilisations } from './ratios.ts'
import type { Amounts, Resource } from './terms.ts'

/** The servers and processes that a demand needs. */
export interface Plan {
  /** The demand, with all open figures decided. */
  readonly demand: Demand
  /** Per second; memory in bytes. */
  readonly needs: Needs
  /** Cores per replica for following its namespace, without queries. */
  readonly followingCores: number
  /** CPU time for loading a replica, in s. */
  readonly loadingS: number
  /** Utilisation by the whole demand of one server or process per kind; above 1, one is not enough. */
  readonly utilisations: Utilisations
  readonly redis: RedisNodes
  readonly nats: NatsServers
  /** Processes that keep replicas; each has one or more. */
  readonly readers: number
  /** Why no number of servers suffices; empty if one does. */
  readonly problems: readonly string[]
}

/** As a ratio of one process: a replica that needs more to follow its namespace has too little left for requests. */
const MAX_FOLLOWING = 0.5
/** As a ratio of a node: larger namespaces can't be spread evenly by hash slots. */
const MAX_NAMESPACE = 1 / 8

/**
 * Plans for a demand. If left open, the number of namespaces is the smallest power of two with
 * which each fits on a Redis node and into a process that follows it.
 */
export function planFor(
  demand: OpenDemand,
  assumptions: Assumptions,
  coefficients: Coefficients,
): Plan {
  const layoutWith = (namespaces: number): Layout =>
    layOut({ ...demand, namespaces }, assumptions, coefficients)
  let layout = layoutWith(demand.namespaces ?? 1)
  if (demand.namespaces === undefined) {
    const least = Math.max(1, demand.targets, demand.matches)
    const most = Math.min(MAX_NAMESPACES, Math.floor(demand.identities / least))
    for (let namespaces = 2; namespaces <= most && !fits(layout); namespaces *= 2) {
      layout = layoutWith(namespaces)
    }
  }
  const { demand: decided, needs, followingCores, readers, problems } = layout
  const clients = { senders: readers, gateways: decided.gateways }
  return {
    demand: decided,
    needs,
    followingCores,
    loadingS: loadingSOf(decided, coefficients),
    utilisations: utilisationsOfOne(decided, assumptions, coefficients),
    redis: redisNodesFor(needs, decided.namespaces, assumptions),
    nats: natsServersFor(needs, clients, assumptions),
    readers,
    problems,
  }
}

function loadingSOf({ identities, namespaces, metadataBytes }: Demand, of: Coefficients): number {
  const loaded = identities / namespaces
  return needOf(of, 'reader.cpuUs', { loaded, loadedBytes: loaded * metadataBytes }) / 1e6
}

/** A plan as far as a number of namespaces decides it. */
interface Layout extends Pick<
  Plan,
  'demand' | 'needs' | 'followingCores' | 'readers' | 'problems'
> {
  /** The utilisation of a Redis node by one namespace. */
  readonly namespaceUtilisation: number
}

function fits({ problems, demand: { namespaces }, namespaceUtilisation }: Layout): boolean {
  if (problems.length > 0) return false
  return namespaces === 1 || namespaceUtilisation <= MAX_NAMESPACE
}

function layOut(
  open: OpenDemand & { readonly namespaces: number },
  assumptions: Assumptions,
  coefficients: Coefficients,
): Layout {
  const { utilisation, processMemoryBytes } = assumptions
  const { namespaces } = open
  const perNamespace = (resource: Resource, of: Amounts): number =>
    needOf(coefficients, resource, of) / namespaces
  const coresPerReplica = (gateways: number, replicas: number): number => {
    const amounts = amountsOfDemand({ ...open, gateways, replicas })
    return perNamespace('reader.cpuUs', amounts) / replicas / 1e6
  }
  const single = amountsOfDemand({ ...open, replicas: 1 })
  const followingCores = perNamespace('reader.cpuUs', followingOf(single)) / 1e6
  const replicaBytes = perNamespace('reader.memoryBytes', single)
  const replicasFor = (gateways: number): number =>
    smallestFrom(MIN_REPLICAS, (count) => coresPerReplica(gateways, count) <= utilisation)
  // If nothing is left for requests, more replicas don't help.
  const canFollow = followingCores < utilisation
  // Replicas send names to gateways, and gateways cost replicas messages. Neither number ever shrinks.
  let replicas = open.replicas ?? MIN_REPLICAS
  let gateways = 0
  for (let isSettled = false; !isSettled;) {
    const before = gateways
    gateways = gatewaysFor({ ...open, replicas }, assumptions, coefficients)
    replicas = open.replicas ?? (canFollow ? replicasFor(gateways) : MIN_REPLICAS)
    isSettled = gateways === before
  }
  const demand: Demand = { ...open, gateways, replicas }
  const perReplica = coresPerReplica(gateways, replicas)
  const needs = needsOf(coefficients, amountsOfDemand(demand))
  const namespaceUtilisation = redisShare(needs, assumptions) / namespaces
  const perProcess = Math.min(utilisation / perReplica, processMemoryBytes / replicaBytes)
  const processes = Math.ceil((namespaces * replicas) / Math.max(1, Math.floor(perProcess)))
  return {
    demand,
    needs,
    followingCores,
    readers: Math.max(replicas, processes),
    namespaceUtilisation,
    problems: [
      ...(namespaceUtilisation > 1
        ? [
            `one namespace needs ${formatPercent(namespaceUtilisation)} of its Redis node; ${SPREAD}`,
          ]
        : []),
      ...(followingCores > MAX_FOLLOWING * utilisation
        ? [
            `following one namespace takes ${formatPercent(followingCores)} of a core, which leaves too little ` +
              `for requests; ${SPREAD}, or renew them less often`,
          ]
        : []),
      ...(canFollow && perReplica > utilisation
        ? [`requests need ${replicasFor(gateways)} replicas of each namespace`]
        : []),
      ...(replicaBytes > processMemoryBytes
        ? [`a replica takes ${formatBytes(replicaBytes)}, more than a process has; ${SPREAD}`]
        : []),
    ],
  }
}

const SPREAD = 'spread identities over more namespaces'
