import { TABLE_SLOTS } from '../registry/targets/name-table.ts'
import type { Demand } from './demand.ts'
import type { Amounts } from './terms.ts'

/** When queried, a replica compares itself with some identities' records, at most this often. */
const AUDITS_PER_SECOND = 10
/** The number of identities per comparison. */
export const AUDITED_RECORDS = 16

/** Gateways per namespace: a process may serve several namespaces, but each has at least one. */
function gatewaysPerNamespace({ gateways, namespaces }: Demand): number {
  return Math.max(1, gateways / namespaces)
}

/**
 * The maximum number of messages per multicast: a gateway gets one for each table of names that its
 * identities fill.
 */
function tablesPerNamespace(demand: Demand): number {
  return Math.max(gatewaysPerNamespace(demand), demand.identities / demand.namespaces / TABLE_SLOTS)
}

/**
 * The expected number of tables with at least one target, if each target is in any of them with
 * the same probability.
 */
export function tablesReached(targets: number, tables: number): number {
  if (tables <= 1) return Math.min(1, targets)
  return tables * (1 - (1 - 1 / tables) ** targets)
}

/**
 * Messages for names that are new to a gateway: they precede the next message for the same gateway in a
 * message of their own. With random arrivals, a ratio of 1 − e^(−names per message) of messages has some.
 */
function messagesOfNames(messages: number, named: number): number {
  return messages > 0 ? messages * (1 - Math.exp(-named / messages)) : 0
}

/**
 * A demand in terms of the model: amounts per second over all namespaces, and stored objects. Assumes
 * that no two calls of a process share a read of the log, and that new replicas are rare.
 */
export function amountsOfDemand(demand: Demand): Amounts {
  const { registrations, heartbeats, unregistrations, enumerates, multicasts } = demand
  const { identities, metadataBytes, replicas } = demand
  const changes = registrations + heartbeats + unregistrations
  const bySlots = multicasts * tablesReached(demand.targets, tablesPerNamespace(demand))
  // Each sender sends each name once, if it is ever a target; a multicast names no more than its targets.
  const named = Math.min(unregistrations * replicas, multicasts * demand.targets)
  const gatewayMessages = bySlots + messagesOfNames(bySlots, named)
  const reads = enumerates + multicasts
  const audits = Math.min(AUDITS_PER_SECOND * replicas * demand.namespaces, reads)
  return {
    registrations,
    registeredBytes: registrations * metadataBytes,
    heartbeats,
    unregistrations,
    reads,
    matches: enumerates * demand.matches,
    followed: changes * replicas,
    followedRegistrations: registrations * replicas,
    followedBytes: registrations * metadataBytes * replicas,
    audits,
    auditedBytes: audits * AUDITED_RECORDS * metadataBytes,
    multicasts,
    gatewayMessages,
    named,
    targets: multicasts * demand.targets,
    gatewayBytes: gatewayMessages * demand.payloadBytes,
    identities,
    metadataBytes: identities * metadataBytes,
    replicated: identities * replicas,
    replicatedBytes: identities * metadataBytes * replicas,
  }
}

/** The amounts that every replica of a namespace adds by following the log. */
export function followingOf(amounts: Amounts): Amounts {
  const { followed = 0, followedRegistrations = 0, followedBytes = 0 } = amounts
  return { followed, followedRegistrations, followedBytes }
}
