import { TimeCounts } from '../load/recording/time-counts.ts'
import type { Deliveries } from '../load/result.ts'

/** What the sender knows of one message: how many it was for, and how many receipts came back. */
export interface ConfirmedMessage {
  readonly targets: number
  /** Receipts, ≤ `targets`. */
  readonly delivered: number
  /** Intended start → all receipts or failures known, in ms. */
  readonly elapsedMs: number
}

/**
 * Counts deliveries by the receipts that the sender got back, where the receivers are processes of
 * their own. The sender learns when a message's last receipt has come, not when each did: `receipt`
 * stays empty, and `completion` has one record a message that nobody missed. It can't see duplicates
 * either; the receivers count those.
 */
export class ReceiptTally {
  readonly #completion = new TimeCounts()
  #expected = 0
  #received = 0

  add({ targets, delivered, elapsedMs }: ConfirmedMessage): void {
    this.#expected += targets
    this.#received += delivered
    if (targets > 0 && delivered === targets) this.#completion.record(elapsedMs)
  }

  deliveries(): Deliveries {
    return {
      expected: this.#expected,
      received: this.#received,
      duplicates: 0,
      missing: this.#expected - this.#received,
      receipt: new TimeCounts().toHistogram(),
      completion: this.#completion.toHistogram(),
    }
  }
}
