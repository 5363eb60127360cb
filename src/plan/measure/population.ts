import type { Filter } from '../../registry/filter/filter.ts'
import type { Metadata } from '../../registry/registration.ts'

/** The registrations of a measurement: plain data, for all of its processes. */
export interface Population {
  readonly namespace: string
  readonly identities: number
  /** Identity `n` belongs to group `n mod groups`. */
  readonly groups: number
  /** `gateway` of each process that hosts subscribers, ≥ 1. */
  readonly gateways: readonly string[]
  /** Size of each registration's metadata as JSON, or the minimum possible. */
  readonly metadataBytes: number
}

/** The audience of a multicast. */
export type Audience = 'nobody' | 'one gateway' | 'all gateways' | 'group'

/** The name of identity `n`. */
export function identityOf(n: number): string {
  return `sensor-${String(n).padStart(9, '0')}`
}

/** The total number of identities: those of groups, and two per gateway for small audiences. */
export function totalOf({ identities, gateways }: Population): number {
  return identities + 2 * gateways.length
}

/**
 * The index of the gateway that hosts identity `n`. The members of a group alternate, so that those
 * of one gateway are scattered among all of its identities.
 */
export function gatewayIndexOf({ identities, groups, gateways }: Population, n: number): number {
  if (n < identities) return Math.floor(n / groups) % gateways.length
  return Math.max(0, n - identities - gateways.length)
}

/** The first of `n` transient identities, which are never targets. */
export function firstTransient(population: Population): number {
  return totalOf(population)
}

/** Metadata of identity `n`. */
export function metadataOf(population: Population, n: number): Metadata {
  const { identities, groups, gateways, metadataBytes } = population
  const small = n < identities + gateways.length ? 'one gateway' : 'all gateways'
  const other = n < totalOf(population) ? small : 'transient'
  const metadata = { group: n < identities ? n % groups : other }
  const room = metadataBytes - JSON.stringify({ ...metadata, note: '' }).length
  return room < 0 ? metadata : { ...metadata, note: 'x'.repeat(room) }
}

/**
 * Selects an audience: nobody; as many identities as there are gateways, all at the first one or one
 * at each; or a group.
 * @param turn which group, modulo their number.
 */
export function filterOf({ groups }: Population, audience: Audience, turn: number): Filter {
  return { group: audience === 'group' ? turn % groups : audience }
}

/** The number of identities in an audience. */
export function sizeOf(population: Population, audience: Audience): number {
  if (audience === 'nobody') return 0
  if (audience === 'group') return Math.floor(population.identities / population.groups)
  return population.gateways.length
}

/** The number of gateways of an audience. */
export function gatewaysOf(population: Population, audience: Audience): number {
  if (audience === 'nobody') return 0
  return audience === 'one gateway' ? 1 : population.gateways.length
}
