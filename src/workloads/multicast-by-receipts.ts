import { nowMs } from '../load/clock.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastResult } from '../registry/multicast.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { ReceiptTally } from '../subscribers/receipt-tally.ts'
import { stampPayload } from '../subscribers/stamp.ts'
import { Sends, type Sent } from './sends.ts'

/** Filter and payload of a load's messages. */
export interface ConfirmedMulticastWorkload {
  /** May depend on the request number. */
  readonly filter?: Filter | ((request: LoadRequest) => Filter)
  readonly payload?: string
}

/**
 * Each request sends to all matching identities, whose subscribers may be a running
 * `prism-loadtest subscribe`, any other client, or missing. Only what the registry reports as `DELIVERED`,
 * confirmed by a subscriber, counts as delivered. The time of each receipt is unknown here, so
 * `deliveries.receipt` is empty; `deliveries.completion` ends when the registry has all receipts. A request
 * the load gives up is aborted, and the receipts that came before it count.
 */
export function multicastByReceipts(
  registry: Pick<MulticastRegistry, 'multicast'>,
  { filter = {}, payload = 'load test' }: ConfirmedMulticastWorkload = {},
): Operation {
  const bytes = Buffer.from(payload)
  const tally = new ReceiptTally()
  const sends = new Sends(({ request, endedAtMs, recipients, confirmed, isSent }) => {
    const { intendedAtMs, startedAtMs } = request
    tally.add({
      intendedAtMs,
      startedAtMs,
      recipients,
      received: confirmed,
      lastReceiptMs: endedAtMs,
      isSent,
    })
  })
  return {
    run: (request) =>
      sends.follow(request, async (onAborted) => {
        const targets = typeof filter === 'function' ? filter(request) : filter
        const message = stampPayload({ loadId: 0, ...request }, bytes)
        const result = await registry.multicast(targets, message, {
          signal: request.signal,
          onAborted: (soFar) => onAborted(sentBy(soFar)),
        })
        return sentBy(result)
      }),
    receiptsSoFar: () => tally.soFar,
    deliveries: async (pauses) => {
      // Recipients are unknown here; the message was meant for at least one.
      await sends.ended(1)
      return tally.deliveries(nowMs(), pauses)
    },
  }
}

function sentBy({ targetCount, deliveredCount }: MulticastResult): Sent {
  return { recipients: targetCount, confirmed: deliveredCount }
}
