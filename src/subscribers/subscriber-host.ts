import { setTimeout as sleep } from 'node:timers/promises'
import { isIn, WHOLE, type Shard } from '../load/arrivals/shard.ts'
import { nowMs } from '../load/clock.ts'
import { DeliveryTally } from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import type { Messenger } from '../registry/messenger.ts'
import { readStamp } from './stamp.ts'

/** A message that was sent, as the sender announces it. */
export interface SentMessage {
  readonly number: number
  readonly intendedAtMs: number
  /** How many recipients the registry said it had; of these, those hosted here. */
  readonly recipients: number
}

/** The receivers of a load test: real subscribers that count what reaches them. */
export interface Subscribers {
  /** To be named in the registrations of the identities hosted here. */
  readonly gateway: string
  /** Starts receiving for these identities; resolved once the broker knows of all. */
  host(identities: readonly string[]): Promise<void>
  /** Whether `host` was asked to receive for an identity. */
  hosts(identity: string): boolean
  /** Announces a message of the measurement, so that its missing receipts can be told. */
  expect(message: SentMessage): void
  /** What was received; waits a little for receipts on their way. */
  deliveries(): Promise<Deliveries>
  /** Stops receiving. Idempotent. */
  close(): Promise<void>
}

/** Receipts are waited for until none has come for this long. */
const QUIET_MS = 500
const POLL_MS = 10
/** Subscriptions that are made at a time. */
const SUBSCRIBE_LOT = 500

/**
 * Hosts the receivers in this process. Of a sharded load, they count what their own share sent:
 * messages of other shares are stamped by other clocks.
 */
export class SubscriberHost implements Subscribers {
  readonly #messenger: Messenger
  readonly #share: Shard
  readonly #tally = new DeliveryTally()
  readonly #hosted = new Set<string>()
  #lastReceiptMs = 0

  /** @param messenger owned from here on: `close()` closes it. */
  constructor(messenger: Messenger, share: Shard = WHOLE) {
    this.#messenger = messenger
    this.#share = share
  }

  get gateway(): string {
    return this.#messenger.gateway
  }

  async host(identities: readonly string[]): Promise<void> {
    for (let start = 0; start < identities.length; start += SUBSCRIBE_LOT) {
      const lot = identities.slice(start, start + SUBSCRIBE_LOT)
      await Promise.all(lot.map((identity) => this.#subscribe(identity)))
    }
  }

  hosts(identity: string): boolean {
    return this.#hosted.has(identity)
  }

  expect({ number, intendedAtMs, recipients }: SentMessage): void {
    this.#tally.expect(number, intendedAtMs, recipients)
  }

  async deliveries(): Promise<Deliveries> {
    const askedMs = nowMs()
    while (
      this.#tally.outstanding > 0 &&
      nowMs() - Math.max(this.#lastReceiptMs, askedMs) < QUIET_MS
    ) {
      await sleep(POLL_MS)
    }
    return this.#tally.deliveries()
  }

  close(): Promise<void> {
    return this.#messenger.close()
  }

  async #subscribe(identity: string): Promise<void> {
    const recipient = this.#hosted.size
    this.#hosted.add(identity)
    await this.#messenger.subscribe(identity, ({ payload }) => {
      const stamp = readStamp(payload)
      if (stamp === null || stamp.isWarmUp || !isIn(this.#share, stamp.number)) return
      this.#lastReceiptMs = nowMs()
      this.#tally.receive(stamp.number, stamp.intendedAtMs, recipient, this.#lastReceiptMs)
    })
  }
}
