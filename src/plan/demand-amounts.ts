import type { Demand } from './demand.ts'
import type { Amounts } from './terms.ts'

/** Gateways that a namespace has: a process may serve several namespaces, but none has less than one. */
export function gatewaysPerNamespace({ gateways, namespaces }: Demand): number {
  return Math.max(1, gateways / namespaces)
}

/**
 * How many of a namespace's gateways a multicast is sent to: those that at least one of the targets
 * is at, if each target is at any of them with the same probability.
 */
export function gatewaysReached(targets: number, gateways: number): number {
  if (gateways <= 1) return Math.min(1, targets)
  return gateways * (1 - (1 - 1 / gateways) ** targets)
}

/**
 * A demand in terms of the model: amounts per second of all namespaces together, and what is held. It is
 * assumed that no two calls of a process share a read of the log, and that new replicas are rare.
 */
export function amountsOfDemand(demand: Demand): Amounts {
  const { registrations, heartbeats, unregistrations, enumerates, multicasts } = demand
  const { identities, metadataBytes, replicas } = demand
  const changes = registrations + heartbeats + unregistrations
  const reached = gatewaysReached(demand.targets, gatewaysPerNamespace(demand))
  const gatewayMessages = multicasts * reached
  return {
    registrations,
    registeredBytes: registrations * metadataBytes,
    heartbeats,
    unregistrations,
    reads: enumerates + multicasts,
    matches: enumerates * demand.matches,
    followed: changes * replicas,
    followedRegistrations: registrations * replicas,
    followedBytes: registrations * metadataBytes * replicas,
    multicasts,
    gatewayMessages,
    targets: multicasts * demand.targets,
    gatewayBytes: gatewayMessages * demand.payloadBytes,
    identities,
    metadataBytes: identities * metadataBytes,
    replicated: identities * replicas,
    replicatedBytes: identities * metadataBytes * replicas,
  }
}

/** What following the log costs: the part of the amounts that every replica of a namespace adds. */
export function followingOf(amounts: Amounts): Amounts {
  const { followed = 0, followedRegistrations = 0, followedBytes = 0 } = amounts
  return { followed, followedRegistrations, followedBytes }
}
