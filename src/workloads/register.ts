import { numbersIn, WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { Operation } from '../load/workload.ts'
import type { Metadata } from '../registry/registration.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** The identity that request `n` registers. */
export function loadTestIdentity(n: number): string {
  return `loadtest-user-${n}`
}

/** What is registered of it; `timestamp` is Unix time in ms. */
export function loadTestMetadata(n: number): Metadata {
  return { status: 'online', loadtest: true, timestamp: Date.now(), worker_id: n % 100 }
}

/**
 * TTL of identities that a load finds registered and keeps in use, in ms: one day, which outlasts any
 * load, while the leftovers of a killed run still end by themselves.
 */
export const LASTING_TTL_MS = 24 * 3_600_000

/** How registrations of a load are made. */
export interface RegisterWorkload {
  /** Time to live in ms. Default 300,000; of `registerMany`, `LASTING_TTL_MS`. */
  readonly ttlMs?: number
  /** The gateway that hosts the identities, where one does: of all, or of each. */
  readonly gateway?: string | ((identity: string) => string | null)
}

/** Each request registers an identity of its own. */
export function register(registry: MulticastRegistry, options: RegisterWorkload = {}): Operation {
  return { run: ({ number }) => registerOne(registry, number, options) }
}

/** Registers `count` identities before a load, some at a time; of a share, those that are its own. */
export async function registerMany(
  registry: MulticastRegistry,
  count: number,
  {
    share = WHOLE,
    ttlMs = LASTING_TTL_MS,
    ...options
  }: RegisterWorkload & { readonly share?: Shard } = {},
): Promise<void> {
  const LOT = 200
  const own = numbersIn(share, count)
  for (let start = 0; start < own.length; start += LOT) {
    const numbers = own.slice(start, start + LOT)
    await Promise.all(numbers.map((n) => registerOne(registry, n, { ttlMs, ...options })))
  }
}

function registerOne(
  registry: MulticastRegistry,
  n: number,
  { ttlMs = 300_000, gateway: gatewayOf }: RegisterWorkload,
): Promise<unknown> {
  const identity = loadTestIdentity(n)
  const gateway = typeof gatewayOf === 'function' ? gatewayOf(identity) : (gatewayOf ?? null)
  const options = { ttlMs, replace: true, ...(gateway === null ? {} : { gateway }) }
  return registry.register(identity, loadTestMetadata(n), options)
}
