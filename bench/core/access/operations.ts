import type { MulticastRegistry } from '../../../src/registry/registry.ts'
import { loadTestIdentity, loadTestMetadata } from '../../../src/workloads/register.ts'

/** What a registry offers to those who call it, directly or through an authorizer. */
export type CallableRegistry = Pick<
  MulticastRegistry,
  'register' | 'heartbeat' | 'enumerate' | 'multicast' | 'subscribe'
>

/** Long enough that nothing expires, in ms. */
const TTL_MS = 3_600_000
/** Registered identities of each variant. */
const IDENTITIES = 1_000
/** Values of `worker_id`: a filter on one selects ten identities. */
const WORKERS = 100
const RECIPIENTS = IDENTITIES / WORKERS

/** Registers the identities, all hosted by the registry itself. */
export async function populate(registry: CallableRegistry): Promise<void> {
  const identities = Array.from({ length: IDENTITIES }, (_, n) => loadTestIdentity(n))
  for (const identity of identities) await registry.subscribe(identity, () => {})
  for (let n = 0; n < IDENTITIES; n += 1) await OPERATIONS.register(registry, n)
}

/** The n-th request of each operation. */
export const OPERATIONS = {
  register: async (registry: CallableRegistry, n: number): Promise<void> => {
    const identity = loadTestIdentity(n % IDENTITIES)
    await registry.register(identity, loadTestMetadata(n), { ttlMs: TTL_MS, replace: true })
  },
  heartbeat: async (registry: CallableRegistry, n: number): Promise<void> => {
    await registry.heartbeat(loadTestIdentity(n % IDENTITIES), TTL_MS)
  },
  enumerate: async (registry: CallableRegistry, n: number): Promise<void> => {
    await registry.enumerate({ worker_id: n % WORKERS })
  },
  multicast: async (registry: CallableRegistry, n: number): Promise<void> => {
    const { deliveredCount } = await registry.multicast({ worker_id: n % WORKERS }, 'a message')
    if (deliveredCount !== RECIPIENTS) throw new Error(`Only ${deliveredCount} were delivered.`)
  },
} as const

export type OperationName = keyof typeof OPERATIONS

export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly OperationName[]
