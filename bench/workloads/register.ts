import { numbersIn, WHOLE, type Shard } from '../../src/load/arrivals/shard.ts'
import type { Operation } from '../../src/load/workload.ts'
import type { Metadata } from '../../src/registry/registration.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'

/** The identity that request `n` registers. */
export function loadTestIdentity(n: number): string {
  return `loadtest-user-${n}`
}

/** What is registered of it; `timestamp` is Unix time in ms. */
export function loadTestMetadata(n: number): Metadata {
  return { status: 'online', loadtest: true, timestamp: Date.now(), worker_id: n % 100 }
}

/** How registrations of a load are made. */
export interface RegisterWorkload {
  /** Time to live in ms. Default 300,000. */
  readonly ttlMs?: number
  /** The gateway that hosts the identities, where one does. */
  readonly gateway?: string
}

/** Each request registers an identity of its own. */
export function register(
  registry: MulticastRegistry,
  { ttlMs = 300_000, gateway }: RegisterWorkload = {},
): Operation {
  const options = { ttlMs, replace: true, ...(gateway === undefined ? {} : { gateway }) }
  return {
    run: ({ number }) =>
      registry.register(loadTestIdentity(number), loadTestMetadata(number), options),
  }
}

/** Registers `count` identities before a load, some at a time; of a share, those that are its own. */
export async function registerMany(
  registry: MulticastRegistry,
  count: number,
  { ttlMs = 300_000, gateway, share = WHOLE }: RegisterWorkload & { readonly share?: Shard } = {},
): Promise<void> {
  const options = { ttlMs, replace: true, ...(gateway === undefined ? {} : { gateway }) }
  const LOT = 200
  const own = numbersIn(share, count)
  for (let start = 0; start < own.length; start += LOT) {
    const numbers = own.slice(start, start + LOT)
    await Promise.all(
      numbers.map((n) => registry.register(loadTestIdentity(n), loadTestMetadata(n), options)),
    )
  }
}
