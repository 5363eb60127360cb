import { crc32 } from 'node:zlib'
import { loadTestIdentity } from '../../workloads/register.ts'
import type { LoadResult } from '../../load/result.ts'
import { countedDeliveries } from '../../load/totals.ts'
import type { ListedRegistration } from '../../registry/enumeration.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'
import { gatewayOf, type FoundSubscribers } from '../../subscribers/find-subscribers.ts'
import type { Subscribers } from '../../subscribers/subscriber-host.ts'

/** The subscribers of a load. */
export type Receivers =
  /** The load's own subscribers, in another process, which count their receipts. */
  | { readonly kind: 'own'; readonly subscribers: Subscribers }
  /** Processes that others started, perhaps none; their confirmations are the receipts. */
  | { readonly kind: 'found'; readonly found: readonly FoundSubscribers[] }

/** The gateway for an identity's registration; `null` without a subscriber. */
export function gatewaysOf(receivers: Receivers): (identity: string) => string | null {
  if (receivers.kind === 'found') return gatewayOf(receivers.found)
  const { subscribers } = receivers
  return (identity) => (subscribers.hosts(identity) ? subscribers.gateway : null)
}

/**
 * The number by which shards divide identities, so that each has one host: the number of the request
 * that registers it, because that shard renews it; for any other identity, a hash.
 */
export function placeOf(identity: string): number {
  const number = Number(/-(\d+)$/.exec(identity)?.[1])
  return Number.isSafeInteger(number) && loadTestIdentity(number) === identity
    ? number
    : crc32(identity)
}

/** Registrations moved at a time. */
const LOT = 200

/**
 * Moves existing registrations to the current gateways, as an identity does whose subscriber restarts
 * elsewhere. Metadata and expiry stay; registrations that changed meanwhile are left alone.
 * @returns the number of registrations that name a gateway.
 */
export async function nameGateways(
  registry: MulticastRegistry,
  registrations: readonly ListedRegistration[],
  receivers: Receivers,
): Promise<number> {
  const wantedOf = gatewaysOf(receivers)
  const wanted = registrations.flatMap((seen) => {
    const gateway = wantedOf(seen.identity)
    return gateway === null ? [] : [{ seen, gateway }]
  })
  const others = wanted.filter(({ seen, gateway }) => seen.gateway !== gateway)
  let named = wanted.length - others.length
  for (let start = 0; start < others.length; start += LOT) {
    const lot = others.slice(start, start + LOT)
    const moved = await Promise.all(lot.map(({ seen, gateway }) => registry.moveTo(seen, gateway)))
    named += moved.filter(Boolean).length
  }
  return named
}

/** Whether receipts were expected and none arrived. */
export function reachedNobody({ operations }: LoadResult): boolean {
  const all = [...operations.values()].flatMap(
    ({ deliveries }) => countedDeliveries(deliveries) ?? [],
  )
  const expected = all.reduce((sum, deliveries) => sum + deliveries.expected, 0)
  return expected > 0 && all.every(({ received }) => received === 0)
}
