import { numbersIn, WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { Operation } from '../load/workload.ts'
import type { Metadata } from '../registry/registration.ts'
import type { RegistrationLedger, Writes } from './ledgers/registration-ledger.ts'

/** The identity that request `n` registers. */
export function loadTestIdentity(n: number): string {
  return `loadtest-user-${n}`
}

/** Its metadata; `timestamp` is Unix time in ms. */
export function loadTestMetadata(n: number): Metadata {
  return { status: 'online', loadtest: true, timestamp: Date.now(), worker_id: n % 100 }
}

/**
 * TTL in ms of identities registered before a load: one day, which outlasts any load, while the leftovers of
 * a killed run still expire.
 */
export const LASTING_TTL_MS = 24 * 3_600_000

/** Options of a load's registrations. */
export interface RegisterWorkload {
  /** Time to live in ms. Default: 300,000; for `registerMany`, `LASTING_TTL_MS`. */
  readonly ttlMs?: number
  /** The gateway that hosts the identities, if any: one for all, or one per identity. */
  readonly gateway?: string | ((identity: string) => string | null)
  /** Remembers what was acknowledged, so that what got lost is counted after the load. Default: nothing is. */
  readonly ledger?: RegistrationLedger
}

/** Each request registers a different identity. */
export function register(registry: Writes, options: RegisterWorkload = {}): Operation {
  const { ledger } = options
  return {
    run: ({ number }) => registerOne(registry, number, options),
    ...(ledger === undefined ? {} : { losses: () => ledger.losses() }),
  }
}

/** Registers `count` identities in batches before a load; a shard registers its own. */
export async function registerMany(
  registry: Writes,
  count: number,
  {
    shard = WHOLE,
    ttlMs = LASTING_TTL_MS,
    ...options
  }: RegisterWorkload & { readonly shard?: Shard } = {},
): Promise<void> {
  const LOT = 200
  const own = numbersIn(shard, count)
  for (let start = 0; start < own.length; start += LOT) {
    const numbers = own.slice(start, start + LOT)
    await Promise.all(numbers.map((n) => registerOne(registry, n, { ttlMs, ...options })))
  }
}

function registerOne(
  registry: Writes,
  n: number,
  { ttlMs = 300_000, gateway: gatewayOf, ledger }: RegisterWorkload,
): Promise<unknown> {
  const identity = loadTestIdentity(n)
  const gateway = typeof gatewayOf === 'function' ? gatewayOf(identity) : (gatewayOf ?? null)
  const options = { ttlMs, replace: true, ...(gateway === null ? {} : { gateway }) }
  const noted = ledger?.follow(registry) ?? registry
  return noted.register(identity, loadTestMetadata(n), options)
}
