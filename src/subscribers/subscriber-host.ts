import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../load/clock.ts'
import { watchEventLoop } from '../load/dispatch/event-loop.ts'
import { OBSERVE_EVERY_MS, PauseWatch, type Pause } from '../load/pauses.ts'
import { DeliveryTally, type AnnouncedMessage } from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import type { Messenger } from '../registry/messenger.ts'
import { readStamp, type Stamp } from './stamp.ts'

/** The receivers of a load test: real subscribers that count what reaches them. */
export interface Subscribers {
  /** To be named in the registrations of the identities hosted here. */
  readonly gateway: string
  /** To be stamped on the messages that are to be counted here: those of other loads are not. */
  readonly loadId: number
  /** How many identities are hosted here. */
  readonly hostedCount: number
  /** The process that they are in, by its id. */
  readonly pid: number
  /** Starts receiving for these identities; resolved once the broker knows of all. */
  host(identities: readonly string[]): Promise<void>
  /** Whether `host` was asked to receive for an identity. */
  hosts(identity: string): boolean
  /** Announces a message of the measurement, sent or not, so that its missing receipts can be told. */
  expect(message: AnnouncedMessage): void
  /**
   * What was received; waits a little for receipts on their way. Receivers that were lost or don't
   * answer make the deliveries unknown.
   * @param pauses of the generator.
   */
  deliveries(pauses: readonly Pause[]): Promise<Deliveries>
  /** Stops receiving. Idempotent. */
  close(): Promise<void>
}

/** Receipts are waited for until none has come for this long … */
const QUIET_MS = 500
/** … but no longer than this in all. */
const MAX_WAIT_MS = 5_000
const POLL_MS = 10
/** Subscriptions that are made at a time. */
const SUBSCRIBE_LOT = 500

/** Different from those of other loads, but for once in four billion. */
export function newLoadId(): number {
  return randomInt(2 ** 32)
}

/**
 * Hosts the receivers in this process. They count what their own load sent: messages of other loads in
 * the same namespace, and of other shares of this one, may be stamped by other clocks.
 */
export class SubscriberHost implements Subscribers {
  readonly loadId: number
  readonly #messenger: Messenger
  readonly #tally = new DeliveryTally()
  readonly #hosted = new Set<string>()
  readonly #pauses = new PauseWatch(nowMs())
  readonly #eventLoop = watchEventLoop()
  readonly #observer: NodeJS.Timeout
  #lastReceiptMs = 0
  /** Numbers given to recipients. */
  #recipients = 0
  #lastPayload: Uint8Array | null = null
  #lastStamp: Stamp | null = null
  /** When the first message of the measurement was due, as far as it is known here. */
  #measuredSinceMs = Infinity

  /** @param messenger owned from here on: `close()` closes it. */
  constructor(messenger: Messenger, loadId = newLoadId()) {
    this.loadId = loadId
    this.#messenger = messenger
    this.#observer = setInterval(() => this.#now(), OBSERVE_EVERY_MS)
    this.#observer.unref()
  }

  get gateway(): string {
    return this.#messenger.gateway
  }

  get hostedCount(): number {
    return this.#hosted.size
  }

  get pid(): number {
    return process.pid
  }

  async host(identities: readonly string[]): Promise<void> {
    for (let start = 0; start < identities.length; start += SUBSCRIBE_LOT) {
      await this.#subscribe(identities.slice(start, start + SUBSCRIBE_LOT))
    }
  }

  hosts(identity: string): boolean {
    return this.#hosted.has(identity)
  }

  expect(message: AnnouncedMessage): void {
    this.#measureSince(message.intendedAtMs)
    this.#tally.expect(message)
  }

  async deliveries(pauses: readonly Pause[]): Promise<Deliveries> {
    const askedMs = this.#now()
    while (
      this.#tally.outstanding > 0 &&
      this.#waitedSince(Math.max(this.#lastReceiptMs, askedMs)) < QUIET_MS &&
      nowMs() - askedMs < MAX_WAIT_MS
    ) {
      await sleep(POLL_MS)
    }
    return {
      ...this.#tally.deliveries(this.#now(), pauses, this.#pauses.list),
      receivers: { eventLoopDelay: this.#eventLoop.read(), pauses: this.#pauses.figures },
    }
  }

  close(): Promise<void> {
    clearInterval(this.#observer)
    this.#eventLoop.stop()
    return this.#messenger.close()
  }

  async #subscribe(identities: readonly string[]): Promise<void> {
    const firstRecipient = this.#recipients
    this.#recipients += identities.length
    for (const identity of identities) this.#hosted.add(identity)
    await this.#messenger.subscribe(identities, ({ payload, index }) => {
      const stamp = this.#countedStamp(payload)
      if (stamp === null) return
      this.#lastReceiptMs = this.#now()
      this.#measureSince(stamp.intendedAtMs)
      const recipient = firstRecipient + index
      this.#tally.receive(stamp.number, stamp.intendedAtMs, recipient, this.#lastReceiptMs)
    })
  }

  /**
   * The stamp of a message of the measurement; `null` of others. Recipients of one message share its
   * payload, so that it is read once. The clock is read for each receipt: a pause between two counts.
   */
  #countedStamp(payload: Uint8Array): Stamp | null {
    if (payload === this.#lastPayload) return this.#lastStamp
    const stamp = readStamp(payload)
    const isCounted = stamp !== null && !stamp.isWarmUp && stamp.loadId === this.loadId
    this.#lastPayload = payload
    this.#lastStamp = isCounted ? stamp : null
    return this.#lastStamp
  }

  /** How long nothing came, without pauses: what came during one is read before it is given up. */
  #waitedSince(fromMs: number): number {
    const now = this.#now()
    return now - fromMs - this.#pauses.within(fromMs, now)
  }

  /** A pause in which the measurement began is one of it, whatever is heard of first after the pause. */
  #measureSince(dueMs: number): void {
    if (dueMs >= this.#measuredSinceMs) return
    if (this.#measuredSinceMs === Infinity) this.#eventLoop.reset()
    this.#measuredSinceMs = dueMs
    this.#pauses.reset(dueMs)
  }

  #now(): number {
    const now = nowMs()
    this.#pauses.observe(now)
    return now
  }
}
