import { AuditTrail } from '../../../src/callers/audit-trail.ts'
import { authorize } from '../../../src/callers/authorized-registry.ts'
import { connectRegistry } from '../../../src/registry/connect.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'
import { writeQuotas } from '../../../src/registry/redis/stored-quotas.ts'
import type { Caller } from './caller.ts'
import type { CallableRegistry } from './operations.ts'
import type { AccessServers } from './servers.ts'

/** A kind of access control. */
export interface Variant {
  readonly name: string
  readonly tls?: true
  /** Its users of Redis and NATS have a tenant's least rights, and call functions. */
  readonly users?: true
  /** Limits, each far away. */
  readonly quotas?: true
  /** Each call is decided by a token that was verified before. */
  readonly authorizer?: true
  /** Each decision is recorded, and the records are read. */
  readonly audit?: true
}

export const PLAIN = 'plain'
export const ALL_BUT_TLS = 'all but TLS'

export const VARIANTS: readonly Variant[] = [
  { name: PLAIN },
  { name: 'TLS', tls: true },
  { name: 'ACL user', users: true },
  { name: 'quotas', quotas: true },
  { name: 'authorizer', authorizer: true },
  { name: 'authorizer, audit', authorizer: true, audit: true },
  { name: ALL_BUT_TLS, users: true, quotas: true, authorizer: true, audit: true },
  { name: 'all', tls: true, users: true, quotas: true, authorizer: true, audit: true },
]

const FAR = 1_000_000_000
const FAR_QUOTAS = {
  identities: FAR,
  registrationsPerSecond: FAR,
  multicastsPerSecond: FAR,
  recipientsPerMulticast: FAR,
  payloadBytesPerSecond: FAR,
  connections: FAR,
  maxTtlMs: 36_000_000,
}

/** Each variant has a namespace of its own. */
export function tenantOf({ name }: Variant): string {
  return name.toLowerCase().replaceAll(/\W+/g, '-')
}

/** A registry with a kind of access control. */
export interface OpenVariant {
  readonly registry: CallableRegistry
  readonly close: () => Promise<void>
}

/** @param caller who calls where there is an authorizer. */
export async function openVariant(
  servers: AccessServers,
  variant: Variant,
  caller: Caller,
): Promise<OpenVariant> {
  const { tls = false, users = false, quotas = false, authorizer = false } = variant
  const namespace = tenantOf(variant)
  if (quotas) await writeQuotas({ redisUrl: servers.adminUrl, namespace, quotas: FAR_QUOTAS })
  const registry = await connectRegistry({
    ...(await servers.addressesFor({ tls, tenant: users ? namespace : null })),
    namespace,
    scripts: users ? 'functions' : 'eval',
    quotas,
  })
  if (!authorizer) return { registry, close: () => registry.close() }
  const audit = variant.audit === true ? new AuditTrail() : null
  return {
    registry: callableBy(registry, caller, audit),
    close: async () => {
      audit?.close()
      await registry.close()
    },
  }
}

/** The registry as a caller has it: anew for each call, as in a service. */
function callableBy(
  registry: MulticastRegistry,
  { authorizer, token }: Caller,
  audit: AuditTrail | null,
): CallableRegistry {
  const authorized = authorize(registry, authorizer, audit === null ? {} : { audit })
  if (audit !== null) void readAll(audit)
  return {
    register: (...call) => authorized.as(token).register(...call),
    heartbeat: (...call) => authorized.as(token).heartbeat(...call),
    enumerate: (...call) => authorized.as(token).enumerate(...call),
    multicast: (...call) => authorized.as(token).multicast(...call),
    subscribe: (...call) => authorized.as(token).subscribe(...call),
  }
}

/** Writes each record as a line, as a service would, to nowhere. */
async function readAll(audit: AuditTrail): Promise<void> {
  let characters = 0
  for await (const record of audit) characters += JSON.stringify(record).length
  void characters
}
