import type { Operation } from '../../src/load/workload.ts'
import type { Filter } from '../../src/registry/filter/filter.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { stampPayload } from '../../src/subscribers/stamp.ts'
import type { Subscribers } from '../../src/subscribers/subscriber-host.ts'

/** What a load sends, and to whom. */
export interface MulticastWorkload {
  readonly filter?: Filter
  readonly payload?: string
}

/**
 * Each request sends to all identities that match. What was delivered is what `subscribers` say
 * they received, not what the registry says it sent.
 */
export function multicast(
  registry: MulticastRegistry,
  subscribers: Subscribers,
  { filter = {}, payload = 'load test' }: MulticastWorkload = {},
): Operation {
  const bytes = Buffer.from(payload)
  return {
    run: async (request) => {
      const result = await registry.multicast(filter, stampPayload(request, bytes))
      if (request.isWarmUp) return
      const { number, intendedAtMs } = request
      subscribers.expect({ number, intendedAtMs, recipients: result.targetCount })
    },
    deliveries: () => subscribers.deliveries(),
  }
}
