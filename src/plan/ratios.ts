import { needOf, needsOf, type Coefficients } from './cost-model.ts'
import { amountsOfDemand, followingOf } from './demand-amounts.ts'
import type { Assumptions, Demand } from './demand.ts'
import { gatewayCores } from './gateways.ts'
import { redisShares } from './redis-nodes.ts'

/** The resources that can saturate. */
export const UTILISATIONS = {
  redisCpu: 'Redis: CPU',
  redisMemory: 'Redis: memory',
  redisNetwork: 'Redis: network',
  natsCpu: 'NATS: CPU',
  natsNetwork: 'NATS: network',
  following: 'replica: following changes',
  requests: 'replica: requests',
  replicaMemory: 'replica: memory',
  gatewayCpu: 'each gateway: CPU',
} as const

export type UtilisedPart = keyof typeof UTILISATIONS

export type Utilisations = Readonly<Record<UtilisedPart, number>>

/**
 * The utilisation of one Redis server, one NATS server, one process with a replica of everything,
 * and each gateway by a demand; 1 is the allowed maximum.
 */
export function utilisationsOfOne(
  demand: Demand,
  assumptions: Assumptions,
  coefficients: Coefficients,
): Utilisations {
  const { utilisation, natsCores, networkBytes, processMemoryBytes } = assumptions
  const single = { ...demand, replicas: 1 }
  const amounts = amountsOfDemand(single)
  const needs = needsOf(coefficients, amounts)
  const redis = redisShares(needs, assumptions)
  const following = needOf(coefficients, 'reader.cpuUs', followingOf(amounts)) / 1e6
  const natsBytes = Math.max(needs['nats.bytesIn'], needs['nats.bytesOut'])
  return {
    redisCpu: redis.cpu,
    redisMemory: redis.memory,
    redisNetwork: redis.network,
    natsCpu: needs['nats.cpuUs'] / 1e6 / (natsCores * utilisation),
    natsNetwork: natsBytes / (networkBytes * utilisation),
    following: following / utilisation,
    requests: (needs['reader.cpuUs'] / 1e6 - following) / utilisation,
    replicaMemory: needs['reader.memoryBytes'] / processMemoryBytes,
    gatewayCpu: gatewayCores(single, coefficients) / utilisation,
  }
}

/** The resource that saturates first as a demand grows: the one with the largest ratio. */
export function firstToSaturate(utilisations: Utilisations): UtilisedPart {
  const entries = Object.entries(utilisations) as [UtilisedPart, number][]
  return entries.reduce((first, entry) => (entry[1] > first[1] ? entry : first))[0]
}
