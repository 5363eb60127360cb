import type { Pause } from '../pauses.ts'
import type { CountedDeliveries } from '../result.ts'
import { deliveriesOf, type MessageOutcome } from './deliveries.ts'
import { Arrivals } from './arrivals.ts'
import { TimeCounts } from './time-counts.ts'

/** A message as its sender announces it. Times are by `nowMs()`. */
export interface AnnouncedMessage {
  /** Unique in the load. */
  readonly number: number
  readonly intendedAtMs: number
  readonly startedAtMs: number
  /** The number of its recipients, whether it could be sent or not. */
  readonly recipients: number
  /** Whether the sender answered; a message whose request failed or was given up may never have been sent. */
  readonly isSent: boolean
}

/** Receipts of the messages that were sent so far, while a load runs. */
export interface ReceiptsSoFar {
  /** Those of messages that were sent or failed; not of those under way. */
  readonly expected: number
  /** The expected ones that arrived. */
  readonly received: number
}

/** The state of one message. */
interface Message {
  readonly intendedAtMs: number
  lastReceiptMs: number
  /** Recipients seen, a bit each. */
  seen: Uint32Array
  received: number
  /** `null` until the sender has announced it. */
  announced: Pick<AnnouncedMessage, 'startedAtMs' | 'recipients' | 'isSent'> | null
}

/**
 * Counts receipts where they arrive: which messages came, to whom, how often, how late. Kept by
 * the receivers' process; the sender only says how many recipients each message had.
 * Memory: one record and one bit per recipient for each message of a load, and a number per 10 ms.
 */
export class DeliveryTally {
  readonly #messages = new Map<number, Message>()
  readonly #receipt = new TimeCounts()
  readonly #arrivals = new Arrivals()
  #duplicates = 0
  #expected = 0
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
    this.#arrivals.count(now)
    if (sent.announced !== null && sent.received <= sent.announced.recipients) this.#outstanding--
  }

  /** The sender sent a message, or failed to; say it once for each. */
  expect({ number, intendedAtMs, startedAtMs, recipients, isSent }: AnnouncedMessage): void {
    const sent = this.#messageOf(number, intendedAtMs)
    sent.announced = { startedAtMs, recipients, isSent }
    this.#expected += recipients
    this.#outstanding += Math.max(recipients - sent.received, 0)
  }

  /** The number of expected receipts that have not arrived yet. */
  get outstanding(): number {
    return this.#outstanding
  }

  get soFar(): ReceiptsSoFar {
    return { expected: this.#expected, received: this.#expected - this.#outstanding }
  }

  /**
   * The figures so far. Messages that were never announced are in `receipt` only.
   * @param now by `nowMs()`: until when what is missing was waited for.
   * @param pauses of the generator, and of the receivers.
   */
  deliveries(
    now: number,
    ...pauses: readonly (readonly Pause[])[]
  ): Omit<CountedDeliveries, 'receivers'> {
    const { missingReceipts, ...figures } = deliveriesOf(this.#announced(), now, pauses)
    missingReceipts.add(this.#receipt)
    return {
      kind: 'counted',
      ...figures,
      duplicates: this.#duplicates,
      receipt: missingReceipts.toHistogram(),
      arrivals: this.#arrivals.counts,
    }
  }

  *#announced(): Generator<MessageOutcome> {
    for (const { announced, ...message } of this.#messages.values()) {
      if (announced !== null) yield { ...message, ...announced }
    }
  }

  #messageOf(message: number, intendedAtMs: number): Message {
    const known = this.#messages.get(message)
    if (known !== undefined) return known
    const sent: Message = {
      intendedAtMs,
      lastReceiptMs: 0,
      seen: new Uint32Array(1),
      received: 0,
      announced: null,
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
