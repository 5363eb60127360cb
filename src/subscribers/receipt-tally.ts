import { deliveriesOf, type MessageOutcome } from '../load/recording/deliveries.ts'
import { newTimeHistogram } from '../load/recording/histogram.ts'
import type { ReceiptsSoFar } from '../load/recording/delivery-tally.ts'
import type { Pause } from '../load/pauses.ts'
import type { CountedDeliveries } from '../load/result.ts'

/**
 * Counts deliveries by the receipts returned to the sender, for subscribers in processes of their own.
 * The sender learns when a message's last receipt arrived but not when each one did, so `receipt` stays
 * empty. Nor does it see duplicates; the subscribers count those. Memory: one record per message.
 */
export class ReceiptTally {
  readonly #messages: MessageOutcome[] = []
  #expected = 0
  #received = 0

  add(message: MessageOutcome): void {
    this.#messages.push(message)
    this.#expected += message.recipients
    this.#received += Math.min(message.received, message.recipients)
  }

  get soFar(): ReceiptsSoFar {
    return { expected: this.#expected, received: this.#received }
  }

  /**
   * @param now by `nowMs()`: when the wait for receipts ended.
   * @param pauses of the generator.
   */
  deliveries(now: number, pauses: readonly Pause[]): CountedDeliveries {
    const { missingReceipts: _, ...figures } = deliveriesOf(this.#messages, now, [pauses])
    return {
      kind: 'counted',
      ...figures,
      duplicates: 0,
      receipt: newTimeHistogram(),
      receivers: null,
    }
  }
}
