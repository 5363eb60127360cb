/** What a process of the registry does, and so which rights it needs. */
export interface Role {
  readonly name: RoleName
  /** One line for the help. */
  readonly does: string
}

/** The names of the roles. */
export type RoleName = 'writer' | 'reader' | 'sender' | 'gateway' | 'receiver' | 'loadtest'

/** All roles. */
export const ROLES: readonly Role[] = [
  { name: 'writer', does: 'registers, renews, moves and unregisters identities' },
  { name: 'reader', does: 'enumerates and watches registrations' },
  { name: 'sender', does: 'multicasts: reads registrations and sends messages' },
  { name: 'receiver', does: 'hosts subscribers that others registered' },
  { name: 'gateway', does: 'hosts subscribers, and registers them itself' },
  { name: 'loadtest', does: 'everything, also clearing and repairing a namespace' },
]

export const ROLE_NAMES: readonly RoleName[] = ROLES.map(({ name }) => name)

/** Whether a text is the name of a role. */
export function isRoleName(text: string): text is RoleName {
  return ROLES.some(({ name }) => name === text)
}

/** The rights that are asked for. */
export interface AccessRequest {
  /** One process may have several. */
  readonly roles: readonly RoleName[]
  /** The tenant's namespace. */
  readonly tenant: string
  /** Prefix of NATS subjects. */
  readonly subjectPrefix: string
  /** How the Redis is run. */
  readonly topology: 'server' | 'cluster' | 'sentinel'
  /** Whether scripts are functions that an administrator has loaded, instead of texts that the user sends. */
  readonly functions: boolean
  /** Whether messages are delivered exactly once, for which streams are kept in an account of the tenant's own. */
  readonly durable: boolean
  /** Whether writes wait for replicas. */
  readonly waitForReplicas: boolean
  /** Whether the tenant's quotas are enforced, which its users may read and not write. */
  readonly quotas: boolean
  /** The number of the Redis database. */
  readonly database: number
}
