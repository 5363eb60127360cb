/**
 * The amounts that the cost model multiplies by its coefficients. All are per second except the last four,
 * which are counts of stored objects.
 */
export const TERMS = {
  registrations: 'registrations, also those that replace one',
  registeredBytes: 'bytes of their metadata as JSON',
  heartbeats: 'heartbeats',
  unregistrations: 'unregistrations',
  reads: 'enumerates and multicasts, each of which reads the log to its end',
  matches: 'registrations that enumerates return',
  followed: 'changes × processes that follow them',
  followedRegistrations: 'registrations × processes that follow them',
  followedBytes: 'bytes of their metadata × processes that follow them',
  audits: 'comparisons of a replica with records, at most ten per second and replica',
  auditedBytes: 'bytes of metadata × those comparisons',
  multicasts: 'multicasts',
  gatewayMessages: 'messages to gateways, each of which is answered',
  targets: 'targets of all multicasts',
  named: 'names that a sender tells a gateway for the first time',
  gatewayBytes: 'bytes of payload × messages to gateways',
  loaded: 'registrations that new replicas load',
  loadedBytes: 'bytes of their metadata',
  identities: 'identities in Redis',
  metadataBytes: 'bytes of their metadata',
  replicated: 'identities × replicas in memory',
  replicatedBytes: 'bytes of their metadata × replicas in memory',
} as const

/** The name of a term. */
export type Term = keyof typeof TERMS

/** Amounts by term; a term that is absent is 0. */
export type Amounts = Readonly<Partial<Record<Term, number>>>

/** The terms that each resource depends on; others are neither measured nor predicted. */
export const RESOURCES = {
  'redis.commands': ['registrations', 'heartbeats', 'unregistrations', 'reads', 'loaded'],
  'redis.bytesIn': [
    'registrations',
    'registeredBytes',
    'heartbeats',
    'unregistrations',
    'reads',
    'audits',
    'loaded',
  ],
  'redis.bytesOut': [
    'registrations',
    'heartbeats',
    'unregistrations',
    'reads',
    'followed',
    'followedRegistrations',
    'followedBytes',
    'audits',
    'auditedBytes',
    'loaded',
    'loadedBytes',
  ],
  'redis.cpuUs': [
    'registrations',
    'registeredBytes',
    'heartbeats',
    'unregistrations',
    'reads',
    'followed',
    'followedRegistrations',
    'followedBytes',
    'loaded',
    'loadedBytes',
  ],
  'redis.memoryBytes': ['identities', 'metadataBytes'],
  'nats.messagesIn': ['gatewayMessages'],
  'nats.messagesOut': ['gatewayMessages'],
  'nats.bytesIn': ['gatewayMessages', 'targets', 'named', 'gatewayBytes'],
  'nats.bytesOut': ['gatewayMessages', 'targets', 'named', 'gatewayBytes'],
  'nats.cpuUs': ['multicasts', 'gatewayMessages', 'targets', 'gatewayBytes'],
  'writer.cpuUs': ['registrations', 'registeredBytes', 'heartbeats', 'unregistrations'],
  'reader.cpuUs': [
    'reads',
    'matches',
    'followed',
    'followedRegistrations',
    'followedBytes',
    'multicasts',
    'gatewayMessages',
    'targets',
    'named',
    'gatewayBytes',
    'loaded',
    'loadedBytes',
  ],
  'reader.memoryBytes': ['replicated', 'replicatedBytes'],
  'gateway.cpuUs': ['gatewayMessages', 'targets', 'named', 'gatewayBytes'],
} as const satisfies Readonly<Record<string, readonly Term[]>>

/** A resource: one measured figure of a server or kind of process; its name ends with the unit. */
export type Resource = keyof typeof RESOURCES

/** All resources, in display order. */
export const RESOURCE_NAMES = Object.keys(RESOURCES) as readonly Resource[]
