import { WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastResult } from '../registry/multicast.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { stampPayload } from '../subscribers/stamp.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { Sends, type Sent } from './sends.ts'

/** What a load sends, and to whom. */
export interface MulticastWorkload {
  /** May differ from request to request. */
  readonly filter?: Filter | ((request: LoadRequest) => Filter)
  readonly payload?: string
  /**
   * The share of the load that this is. Messages go to the identities of all shares; those that are
   * hosted here are what this share measures. Default: all of the load.
   */
  readonly share?: Shard
}

/**
 * Each request sends to all identities that match. What was delivered is what `subscribers` say
 * they received, not what the registry says it sent; recipients of a message that could not be sent
 * are missing. A request that is given up stops, and all its recipients count.
 */
export function multicast(
  registry: Pick<MulticastRegistry, 'multicast'>,
  subscribers: Subscribers,
  { filter = {}, payload = 'load test', share = WHOLE }: MulticastWorkload = {},
): Operation {
  const bytes = Buffer.from(payload)
  const { loadId } = subscribers
  const sends = new Sends(({ request, recipients }) => {
    const { number, intendedAtMs, startedAtMs } = request
    subscribers.expect({ number, intendedAtMs, startedAtMs, recipients })
  })
  const sentBy = ({ targetCount, deliveredCount, statuses }: MulticastResult): Sent => ({
    recipients: share.of === 1 ? targetCount : hostedBy(subscribers, statuses.keys()),
    confirmed: deliveredCount,
  })
  return {
    run: (request) =>
      sends.follow(request, async (onAborted) => {
        const targets = typeof filter === 'function' ? filter(request) : filter
        const message = stampPayload({ loadId, ...request }, bytes)
        const result = await registry.multicast(targets, message, {
          signal: request.signal,
          onAborted: (soFar) => onAborted(sentBy(soFar)),
        })
        return sentBy(result)
      }),
    deliveries: async (pauses) => {
      await sends.ended(subscribers.hostedCount)
      return subscribers.deliveries(pauses)
    },
  }
}

function hostedBy(subscribers: Subscribers, identities: Iterable<string>): number {
  let hosted = 0
  for (const identity of identities) if (subscribers.hosts(identity)) hosted++
  return hosted
}
