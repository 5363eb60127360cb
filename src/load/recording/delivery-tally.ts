import type { Deliveries } from '../result.ts'
import { TimeCounts } from './time-counts.ts'

/** What is known of one message. */
interface Sent {
  readonly intendedAtMs: number
  lastReceiptMs: number
  /** Recipients seen, a bit each. */
  seen: Uint32Array
  received: number
  /** `null` until the sender has said how many it addressed. */
  expected: number | null
}

/**
 * Counts receipts where they arrive: which messages came, to whom, how often, how late. Kept by
 * the receivers' process; the sender only says how many recipients each message had.
 * Memory: one record and one bit a recipient for each message of a load.
 */
export class DeliveryTally {
  readonly #messages = new Map<number, Sent>()
  readonly #receipt = new TimeCounts()
  #duplicates = 0
  /** Expected receipts that have not arrived. */
  #outstanding = 0

  /**
   * A message arrived.
   * @param message its number; unique in the load.
   * @param intendedAtMs when it was due to be sent, by `nowMs()`.
   * @param recipient who got it: 0, 1, 2 … in any fixed order.
   * @param now by `nowMs()`.
   */
  receive(message: number, intendedAtMs: number, recipient: number, now: number): void {
    const sent = this.#messageOf(message, intendedAtMs)
    const word = recipient >>> 5
    const bit = 1 << (recipient & 31)
    if (word >= sent.seen.length) sent.seen = grown(sent.seen, word + 1)
    const before = sent.seen[word] ?? 0
    if ((before & bit) !== 0) {
      this.#duplicates++
      return
    }
    sent.seen[word] = before | bit
    sent.received++
    sent.lastReceiptMs = now
    this.#receipt.record(now - intendedAtMs)
    if (sent.expected !== null && sent.received <= sent.expected) this.#outstanding--
  }

  /** The sender addressed `recipients` recipients with a message; said once for each. */
  expect(message: number, intendedAtMs: number, recipients: number): void {
    const sent = this.#messageOf(message, intendedAtMs)
    sent.expected = recipients
    this.#outstanding += Math.max(recipients - sent.received, 0)
  }

  /** How many expected receipts have not arrived (yet). */
  get outstanding(): number {
    return this.#outstanding
  }

  /** The figures so far. Messages that the sender never announced, such as those of failed requests, are in `receipt` only. */
  deliveries(): Deliveries {
    const completion = new TimeCounts()
    let expected = 0
    for (const sent of this.#messages.values()) {
      if (sent.expected === null || sent.expected === 0) continue
      expected += sent.expected
      if (sent.received >= sent.expected) {
        completion.record(sent.lastReceiptMs - sent.intendedAtMs)
      }
    }
    return {
      expected,
      received: expected - this.#outstanding,
      duplicates: this.#duplicates,
      missing: this.#outstanding,
      receipt: this.#receipt.toHistogram(),
      completion: completion.toHistogram(),
    }
  }

  #messageOf(message: number, intendedAtMs: number): Sent {
    const known = this.#messages.get(message)
    if (known !== undefined) return known
    const sent: Sent = {
      intendedAtMs,
      lastReceiptMs: 0,
      seen: new Uint32Array(1),
      received: 0,
      expected: null,
    }
    this.#messages.set(message, sent)
    return sent
  }
}

function grown(words: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(Math.max(length, words.length * 2))
  larger.set(words)
  return larger
}
