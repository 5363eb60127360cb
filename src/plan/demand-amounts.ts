import { TABLE_SLOTS } from '../registry/targets/name-table.ts'
import type { Demand } from './demand.ts'
import type { Amounts } from './terms.ts'

/** A replica that is asked compares itself with the records of some identities, this often at most. */
const AUDITS_PER_SECOND = 10
/** Of how many identities at a time. */
export const AUDITED_RECORDS = 16

/** Gateways that a namespace has: a process may serve several namespaces, but none has less than one. */
export function gatewaysPerNamespace({ gateways, namespaces }: Demand): number {
  return Math.max(1, gateways / namespaces)
}

/**
 * Messages that a multicast takes at most: a gateway gets one for each table of names that its
 * identities fill.
 */
function tablesPerNamespace(demand: Demand): number {
  return Math.max(gatewaysPerNamespace(demand), demand.identities / demand.namespaces / TABLE_SLOTS)
}

/**
 * How many of so many tables hold at least one of the targets, if each target is in any of them with
 * the same probability.
 */
export function tablesReached(targets: number, tables: number): number {
  if (tables <= 1) return Math.min(1, targets)
  return tables * (1 - (1 - 1 / tables) ** targets)
}

/**
 * Messages that names take which are new to a gateway: they go in one of their own with the next one
 * for the same gateway. If they come at random, a share of 1 − e^(−names per message) of messages has some.
 */
function messagesOfNames(messages: number, named: number): number {
  return messages > 0 ? messages * (1 - Math.exp(-named / messages)) : 0
}

/**
 * A demand in terms of the model: amounts per second of all namespaces together, and what is held. It is
 * assumed that no two calls of a process share a read of the log, and that new replicas are rare.
 */
export function amountsOfDemand(demand: Demand): Amounts {
  const { registrations, heartbeats, unregistrations, enumerates, multicasts } = demand
  const { identities, metadataBytes, replicas } = demand
  const changes = registrations + heartbeats + unregistrations
  const bySlots = multicasts * tablesReached(demand.targets, tablesPerNamespace(demand))
  // Each sender tells each name once, if it is ever sent to.
  const named = bySlots > 0 ? unregistrations * replicas : 0
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

/** What following the log costs: the part of the amounts that every replica of a namespace adds. */
export function followingOf(amounts: Amounts): Amounts {
  const { followed = 0, followedRegistrations = 0, followedBytes = 0 } = amounts
  return { followed, followedRegistrations, followedBytes }
}
