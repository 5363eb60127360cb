import { crc32 } from 'node:zlib'
import { loadTestIdentity } from '../../workloads/register.ts'
import type { LoadResult } from '../../load/result.ts'
import { countedDeliveries } from '../../load/totals.ts'
import type { ListedRegistration } from '../../registry/enumeration.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'
import { gatewayOf, type FoundSubscribers } from '../../subscribers/find-subscribers.ts'
import type { Subscribers } from '../../subscribers/subscriber-host.ts'

/** Who receives what a load sends. */
export type Receivers =
  /** Subscribers of the load's own, in another process, which count what reaches them. */
  | { readonly kind: 'own'; readonly subscribers: Subscribers }
  /** Processes that others started; what reaches them is what they confirm. Perhaps none. */
  | { readonly kind: 'found'; readonly found: readonly FoundSubscribers[] }

/** The gateway that an identity's registration has to name; `null` if nobody receives for it. */
export function gatewaysOf(receivers: Receivers): (identity: string) => string | null {
  if (receivers.kind === 'found') return gatewayOf(receivers.found)
  const { subscribers } = receivers
  return (identity) => (subscribers.hosts(identity) ? subscribers.gateway : null)
}

/**
 * By which number the shards of a load divide identities among them, so that each has one host: that
 * of the request which registers it, whose shard renews it; for any other, a hash.
 */
export function placeOf(identity: string): number {
  const number = Number(/-(\d+)$/.exec(identity)?.[1])
  return Number.isSafeInteger(number) && loadTestIdentity(number) === identity
    ? number
    : crc32(identity)
}

/** Registrations that are moved at a time. */
const LOT = 200

/**
 * Has registrations that others made name the gateways that are there now, as an identity does whose
 * subscriber has come up somewhere else. Metadata and expiry stay; what has changed meanwhile is left
 * to whoever changed it.
 * @returns how many name one.
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

/** Whether a load sent to somebody and reached nobody. */
export function reachedNobody({ operations }: LoadResult): boolean {
  const all = [...operations.values()].flatMap(
    ({ deliveries }) => countedDeliveries(deliveries) ?? [],
  )
  const expected = all.reduce((sum, deliveries) => sum + deliveries.expected, 0)
  return expected > 0 && all.every(({ received }) => received === 0)
}
