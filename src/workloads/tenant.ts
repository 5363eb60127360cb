import type { Operation } from '../load/workload.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { LASTING_TTL_MS, loadTestIdentity, loadTestMetadata, registerMany } from './register.ts'
import { drawsOf } from './request-draws.ts'
import { requireTargets } from './require-targets.ts'

/** Values of `worker_id`: a filter on one finds every hundredth identity. */
const WORKERS = 100

/**
 * One tenant of a shared Redis and NATS. Of ten requests, six re-register an identity, three list one
 * hundredth of the identities, and one multicasts to one hundredth and awaits the receipts.
 * @param size number of identities, all hosted by the registry itself; ≥ 100.
 * @param weight the tenant's weight in the load.
 */
export async function tenant(
  registry: MulticastRegistry,
  size: number,
  weight: number,
): Promise<Operation> {
  for (let n = 0; n < size; n++) await registry.subscribe(loadTestIdentity(n), () => {})
  await registerMany(registry, size)
  const { enumerate, multicast } = requireTargets(registry)
  return {
    weight,
    run: async ({ number, signal }) => {
      const draw = drawsOf(number)
      const kind = draw(10)
      if (kind < 6) {
        const n = draw(size)
        const options = { replace: true, ttlMs: LASTING_TTL_MS }
        await registry.register(loadTestIdentity(n), loadTestMetadata(n), options)
        return
      }
      const filter = { worker_id: draw(WORKERS) }
      if (kind < 9) {
        await enumerate(filter, { signal })
      } else {
        const { targetCount, deliveredCount } = await multicast(filter, 'load test', {
          signal,
        })
        if (deliveredCount < targetCount) throw new Error('a message was not delivered')
      }
    },
  }
}
