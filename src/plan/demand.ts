import { InputError } from '../input-error.ts'

/** The demand of all namespaces together. Rates are per second. */
export interface Demand {
  readonly identities: number
  readonly namespaces: number
  /** Size of each registration's metadata as JSON. */
  readonly metadataBytes: number
  readonly heartbeats: number
  readonly registrations: number
  readonly unregistrations: number
  readonly enumerates: number
  /** Registrations returned per enumerate. */
  readonly matches: number
  readonly multicasts: number
  /** Targets per multicast. */
  readonly targets: number
  readonly payloadBytes: number
  /** Processes that host subscribers. */
  readonly gateways: number
  /** Processes per namespace that keep a copy of it, to enumerate and to send. */
  readonly replicas: number
}

/** Assumptions about machines. */
export interface Assumptions {
  /** Maximum utilisation, as a ratio: the rest is for peaks and failures. */
  readonly utilisation: number
  readonly redisMemoryBytes: number
  readonly natsCores: number
  /** Memory of one process that keeps replicas. */
  readonly processMemoryBytes: number
  /** Bandwidth of one machine in each direction, in bytes/s. */
  readonly networkBytes: number
}

/** The given figures; the others follow from them. `namespaces` and `replicas` default to as many as needed. */
export type AskedDemand = Readonly<Partial<Record<keyof Demand, number>>>

/** A demand that leaves at most the numbers of namespaces and replicas to the plan. */
export type OpenDemand = Omit<Demand, 'namespaces' | 'replicas'> &
  Pick<AskedDemand, 'namespaces' | 'replicas'>

const DEFAULT_IDENTITIES = 1_000_000
/** Often enough that two of three may be lost within the default TTL of 300 s. */
const HEARTBEAT_EVERY_S = 100
const REGISTER_EVERY_S = 3_600
const IDENTITIES_PER_GATEWAY = 10_000
/** The maximum, in plans and flags: four per hash slot. */
export const MAX_NAMESPACES = 65_536
/** Because one may be restarting. */
export const MIN_REPLICAS = 2

/** Explains the origin of figures that were not given. */
export const DEFAULTS: Readonly<Record<keyof Demand, string>> = {
  identities: '1e6',
  namespaces: 'as many as needed',
  metadataBytes: '200',
  heartbeats: `one per identity every ${HEARTBEAT_EVERY_S} s`,
  registrations: 'one per identity per hour',
  unregistrations: 'as many as registrations',
  enumerates: '100',
  matches: '100, or all identities if fewer',
  multicasts: '100',
  targets: '1000, or all identities if fewer',
  payloadBytes: '1000',
  gateways: `one per ${IDENTITIES_PER_GATEWAY} identities`,
  replicas: `as many as needed, at least ${MIN_REPLICAS}`,
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  utilisation: 0.6,
  redisMemoryBytes: 16e9,
  natsCores: 4,
  processMemoryBytes: 4e9,
  networkBytes: 1.25e9,
}

/**
 * Fills in figures that were not given.
 * @throws InputError for figures that contradict each other.
 */
export function demandFrom(asked: AskedDemand): OpenDemand {
  const { identities = DEFAULT_IDENTITIES, namespaces, replicas } = asked
  if (namespaces !== undefined && namespaces > identities) {
    throw new InputError(`--namespaces: ${namespaces} is more than the ${identities} identities.`)
  }
  const most = Math.floor(identities / (namespaces ?? 1))
  const within = (flag: string, value: number | undefined, otherwise: number): number => {
    if (value === undefined || value <= most) return value ?? Math.min(otherwise, most)
    const each = namespaces === undefined ? '' : ` of each of ${namespaces} namespaces`
    throw new InputError(`${flag}: ${value} is more than the ${most} identities${each}.`)
  }
  const registrations = asked.registrations ?? identities / REGISTER_EVERY_S
  return {
    identities,
    metadataBytes: asked.metadataBytes ?? 200,
    heartbeats: asked.heartbeats ?? identities / HEARTBEAT_EVERY_S,
    registrations,
    unregistrations: asked.unregistrations ?? registrations,
    enumerates: asked.enumerates ?? 100,
    matches: within('--matches', asked.matches, 100),
    multicasts: asked.multicasts ?? 100,
    targets: within('--targets', asked.targets, 1_000),
    payloadBytes: asked.payloadBytes ?? 1_000,
    gateways: asked.gateways ?? Math.ceil(identities / IDENTITIES_PER_GATEWAY),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(replicas === undefined ? {} : { replicas }),
  }
}
