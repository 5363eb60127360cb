import { connectRegistry } from '../../../src/registry/connect.ts'
import type { CallableRegistry } from './operations.ts'
import type { Access, AccessServers } from './servers.ts'

/** A kind of access control, whose cost is measured. */
export interface Variant {
  readonly name: string
  readonly tls: boolean
  /** Whether its users of Redis and NATS have a tenant's least rights, and call functions. */
  readonly hasUsers: boolean
}

export const PLAIN = 'plain'
export const ALL_BUT_TLS = 'all but TLS'
export const ALL = 'all'

export const VARIANTS: readonly Variant[] = [
  { name: PLAIN, tls: false, hasUsers: false },
  { name: 'TLS', tls: true, hasUsers: false },
  { name: 'ACL user', tls: false, hasUsers: true },
]

/** Each variant has a namespace of its own. */
export function tenantOf({ name }: Variant): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

/** A registry with a kind of access control. */
export interface OpenVariant {
  readonly registry: CallableRegistry
  readonly close: () => Promise<void>
}

export async function openVariant(servers: AccessServers, variant: Variant): Promise<OpenVariant> {
  const namespace = tenantOf(variant)
  const access: Access = { tls: variant.tls, tenant: variant.hasUsers ? namespace : null }
  const registry = await connectRegistry({
    ...(await servers.addressesFor(access)),
    namespace,
    scripts: variant.hasUsers ? 'functions' : 'eval',
  })
  return { registry, close: () => registry.close() }
}
