import { WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { DeliveryGuarantee } from '../registry/messenger.ts'
import type { MulticastResult } from '../registry/multicast.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { Gateway } from '../subscribers/gateway.ts'
import { stampPayload } from '../subscribers/stamp.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { MessageLedger } from './ledgers/message-ledger.ts'
import { Sends, type Sent } from './sends.ts'

/** Filter and payload of a load's messages. */
export interface MulticastWorkload {
  /** May depend on the request number. */
  readonly filter?: Filter | ((request: LoadRequest) => Filter)
  readonly payload?: string
  /** What senders are promised; see `docs/promises.md`. `exactly-once` takes a gateway. Default `at-most-once`. */
  readonly delivery?: DeliveryGuarantee
  /**
   * This shard of the load. Messages go to the identities of all shards; each shard measures the identities
   * it hosts. Default: the whole load.
   */
  readonly shard?: Shard
}

/**
 * Each request sends to all matching identities. Deliveries are counted by `subscribers` on arrival, not by
 * the registry on sending; if sending fails, the receipts are missing. A request the load gives up is
 * aborted, and all its recipients count. If the subscribers are a gateway, messages that were promised and never
 * handled are counted after the load.
 */
export function multicast(
  registry: Pick<MulticastRegistry, 'multicast'>,
  subscribers: Subscribers,
  {
    filter = {},
    payload = 'load test',
    delivery = 'at-most-once',
    shard = WHOLE,
  }: MulticastWorkload = {},
): Operation {
  const bytes = Buffer.from(payload)
  const { loadId } = subscribers
  const ledger = subscribers instanceof Gateway ? new MessageLedger(subscribers, delivery) : null
  const sends = new Sends(({ request, recipients, isSent }) => {
    const { number, intendedAtMs, startedAtMs } = request
    subscribers.expect({ number, intendedAtMs, startedAtMs, recipients, isSent })
  })
  const sentBy = ({ targetCount, deliveredCount, statuses }: MulticastResult): Sent => ({
    recipients: shard.of === 1 ? targetCount : hostedBy(subscribers, statuses.keys()),
    confirmed: deliveredCount,
  })
  return {
    run: (request) =>
      sends.follow(request, async (onAborted) => {
        const targets = typeof filter === 'function' ? filter(request) : filter
        const message = stampPayload({ loadId, ...request }, bytes)
        const result = await registry.multicast(targets, message, {
          delivery,
          signal: request.signal,
          onAborted: (soFar) => {
            ledger?.note(request, soFar.statuses)
            onAborted(sentBy(soFar))
          },
        })
        ledger?.note(request, result.statuses)
        return sentBy(result)
      }),
    ...(ledger === null ? {} : { losses: () => ledger.losses() }),
    receiptsSoFar: () => subscribers.receiptsSoFar(),
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
