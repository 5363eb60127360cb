import { nowMs } from '../load/clock.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import type { Filter } from '../registry/filter/filter.ts'
import type { MulticastResult } from '../registry/multicast.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { ReceiptTally } from '../subscribers/receipt-tally.ts'
import { stampPayload } from '../subscribers/stamp.ts'
import { Sends, type Sent } from './sends.ts'

/** What a load sends, and to whom. */
export interface ConfirmedMulticastWorkload {
  /** May differ from request to request. */
  readonly filter?: Filter | ((request: LoadRequest) => Filter)
  readonly payload?: string
}

/**
 * Each request sends to all identities that match, whoever hosts their subscribers: a running
 * `prism-loadtest subscribe`, any other client, or nobody. What was delivered is what subscribers
 * confirmed to the registry: `DELIVERED` and nothing else. When each receipt came isn't known here,
 * so that `deliveries.receipt` is empty; `deliveries.completion` ends when the registry had them all.
 * A request that is given up stops, with the receipts that had come by then.
 */
export function multicastByReceipts(
  registry: Pick<MulticastRegistry, 'multicast'>,
  { filter = {}, payload = 'load test' }: ConfirmedMulticastWorkload = {},
): Operation {
  const bytes = Buffer.from(payload)
  const tally = new ReceiptTally()
  const sends = new Sends(({ request, endedAtMs, recipients, confirmed }) => {
    const { intendedAtMs, startedAtMs } = request
    tally.add({
      intendedAtMs,
      startedAtMs,
      recipients,
      received: confirmed,
      lastReceiptMs: endedAtMs,
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
    deliveries: async (pauses) => {
      // Whether there is anybody is not known here; somebody was meant.
      await sends.ended(1)
      return tally.deliveries(nowMs(), pauses)
    },
  }
}

function sentBy({ targetCount, deliveredCount }: MulticastResult): Sent {
  return { recipients: targetCount, confirmed: deliveredCount }
}
