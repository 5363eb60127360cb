import type { LoadRequest, Operations } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { enumerate } from './enumerate.ts'
import { mixed } from './mixed.ts'
import { multicast } from './multicast.ts'
import { LASTING_TTL_MS, loadTestIdentity, loadTestMetadata, registerMany } from './register.ts'
import { drawsOf } from './request-draws.ts'
import { requireTargets } from './require-targets.ts'

/** Values of `worker_id`: a filter on one finds every hundredth identity. */
const WORKERS = 100

/**
 * A registry in steady use. All identities are registered and hosted before the load, which re-registers,
 * lists and multicasts to one hundredth of them at a time. None expires, so the size stays constant and
 * every request does the same work, at any rate and for any duration.
 * @param size number of identities, ≥ 100.
 */
export async function population(
  registry: MulticastRegistry,
  subscribers: Subscribers,
  size = 1_000,
): Promise<Operations> {
  const { gateway } = subscribers
  await subscribers.host(Array.from({ length: size }, (_, n) => loadTestIdentity(n)))
  await registerMany(registry, size, { gateway })
  const filter = ({ number }: LoadRequest): Filter => ({ worker_id: drawsOf(number)(WORKERS) })
  const addressed = requireTargets(registry)
  const register = {
    run: ({ number }: LoadRequest) => {
      const n = drawsOf(number)(size)
      const options = { gateway, replace: true, ttlMs: LASTING_TTL_MS }
      return registry.register(loadTestIdentity(n), loadTestMetadata(n), options)
    },
  }
  return mixed(
    {
      register,
      enumerate: enumerate(addressed, filter),
      multicast: multicast(addressed, subscribers, { filter }),
    },
    { register: 60, enumerate: 30, multicast: 10 },
  )
}
