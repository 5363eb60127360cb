import { numbersIn, WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { LoadRequest, Operations } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { DeliveryGuarantee } from '../registry/messenger.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { enumerate } from './enumerate.ts'
import type { RegistrationLedger } from './ledgers/registration-ledger.ts'
import { mixed } from './mixed.ts'
import { multicast } from './multicast.ts'
import { LASTING_TTL_MS, loadTestIdentity, loadTestMetadata, registerMany } from './register.ts'
import { drawsOf } from './request-draws.ts'
import { requireTargets } from './require-targets.ts'

/** Values of `worker_id`: a filter on one finds every hundredth identity. */
const WORKERS = 100

/** What is promised about a population, and checked after the load, and which part of it this is. */
export interface PopulationOptions {
  /** Remembers every registration that is acknowledged, also before the load. Default: nothing is checked. */
  readonly ledger?: RegistrationLedger
  /** Of the multicasts. Default `at-most-once`. */
  readonly delivery?: DeliveryGuarantee
  /** This shard of the load, which registers and hosts its own identities. Default: the whole load. */
  readonly shard?: Shard
}

/**
 * A registry in steady use. All identities are registered and hosted before the load, which re-registers,
 * lists and multicasts to one hundredth of them at a time. None expires, so the size stays constant and
 * every request does the same work, at any rate and for any duration.
 * @param size number of identities of all shards, ≥ 100.
 */
export async function population(
  registry: MulticastRegistry,
  subscribers: Subscribers,
  size = 1_000,
  { ledger, delivery = 'at-most-once', shard = WHOLE }: PopulationOptions = {},
): Promise<Operations> {
  const { gateway } = subscribers
  const own = numbersIn(shard, size)
  await subscribers.host(own.map(loadTestIdentity))
  const noted = ledger?.follow(registry) ?? registry
  await registerMany(noted, size, { gateway, shard })
  const filter = ({ number }: LoadRequest): Filter => ({ worker_id: drawsOf(number)(WORKERS) })
  const addressed = requireTargets(registry)
  const register = {
    run: ({ number }: LoadRequest) => {
      const n = own[drawsOf(number)(own.length)] ?? 0
      const options = { gateway, replace: true, ttlMs: LASTING_TTL_MS }
      return noted.register(loadTestIdentity(n), loadTestMetadata(n), options)
    },
    ...(ledger === undefined ? {} : { losses: () => ledger.losses() }),
  }
  return mixed(
    {
      register,
      enumerate: enumerate(addressed, filter),
      multicast: multicast(addressed, subscribers, { filter, delivery, shard }),
    },
    { register: 60, enumerate: 30, multicast: 10 },
  )
}
