import { deliveriesOf, type MessageOutcome } from '../load/recording/deliveries.ts'
import { newTimeHistogram } from '../load/recording/histogram.ts'
import type { Pause } from '../load/pauses.ts'
import type { CountedDeliveries } from '../load/result.ts'

/**
 * Counts deliveries by the receipts that the sender got back, where the receivers are processes of
 * their own. The sender learns when a message's last receipt has come, not when each did, so
 * `receipt` stays empty. It can't see duplicates either; the receivers count those.
 * Memory: one record per message of a load.
 */
export class ReceiptTally {
  readonly #messages: MessageOutcome[] = []

  add(message: MessageOutcome): void {
    this.#messages.push(message)
  }

  /**
   * @param now by `nowMs()`: until when receipts were waited for.
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
