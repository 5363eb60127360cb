import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../load/clock.ts'
import { watchEventLoop } from '../load/dispatch/event-loop.ts'
import { OBSERVE_EVERY_MS, PauseWatch, type Pause } from '../load/pauses.ts'
import {
  DeliveryTally,
  type AnnouncedMessage,
  type ReceiptsSoFar,
} from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import type { Messenger } from '../registry/messenger.ts'
import { figuresOf, withoutAsked } from './excused-pauses.ts'
import type { JournaledReceipt, ReceiptJournal } from './receipt-journal.ts'
import { SUBSCRIBERS_NAME, type SpansOfReceivers } from './spans-of-receivers.ts'
import { readStamp, type Stamp } from './stamp.ts'

/** A load test's subscribers, which count the messages that reach them. */
export interface Subscribers {
  /** Registrations of the identities hosted here name it. */
  readonly gateway: string
  /** Stamped on this load's messages; messages of other loads aren't counted. */
  readonly loadId: number
  /** Number of identities hosted here. */
  readonly hostedCount: number
  /** Id of the process they run in. */
  readonly pid: number
  /** Memory in use there, as last told, in bytes, garbage included; absent where it is not a process of its own. */
  readonly heapBytes?: number | undefined
  /** Subscribes for these identities; resolves once the broker has all subscriptions. */
  host(identities: readonly string[]): Promise<void>
  /** Whether an identity was passed to `host`. */
  hosts(identity: string): boolean
  /** Announces a measured message, sent or not, so that missing receipts are counted. */
  expect(message: AnnouncedMessage): void
  /** The receipts of announced messages, as far as they are known here; returns at once. `null` if its process died. */
  receiptsSoFar(): ReceiptsSoFar | null
  /**
   * Counts the deliveries, after a short wait for receipts in transit. They are unknown if the subscribers'
   * process died or doesn't answer.
   * @param pauses of the generator.
   */
  deliveries(pauses: readonly Pause[]): Promise<Deliveries>
  /**
   * Takes the spans of these traces that the subscribers' process recorded. A span is taken once, when it has ended.
   * Never rejects.
   * @param isLast whether spans that have not ended are taken, too: ask after `deliveries`, which waits for handlers.
   */
  spans(traceIds: readonly string[], isLast: boolean): Promise<SpansOfReceivers>
  /** Unsubscribes and closes the connection. Idempotent. */
  close(): Promise<void>
}

/** The wait for receipts ends when none has come for this long … */
const QUIET_MS = 500
/** … or after this time in all. */
const MAX_WAIT_MS = 5_000
const POLL_MS = 10
const LATEST_PAUSES = 200
/** Subscriptions made at a time. */
const SUBSCRIBE_BATCH = 500

/** A random load id: two loads share one with a probability of 1 in 4 billion. */
export function newLoadId(): number {
  return randomInt(2 ** 32)
}

/**
 * Hosts the subscribers in this process. They count only their own load's messages, because other loads in
 * the namespace, and other shards of this one, may be stamped by other clocks.
 */
export class SubscriberHost implements Subscribers {
  readonly loadId: number
  readonly #messenger: Messenger
  readonly #tally = new DeliveryTally()
  readonly #hosted = new Set<string>()
  readonly #pauses = new PauseWatch(nowMs())
  readonly #eventLoop = watchEventLoop()
  readonly #observer: NodeJS.Timeout
  readonly #journal: ReceiptJournal | null
  #lastReceiptMs = 0
  /** Recipient numbers assigned so far. */
  #recipients = 0
  #lastPayload: Uint8Array | null = null
  #lastStamp: Stamp | null = null
  /** When the first measured message was due, as far as known here. */
  #measuredSinceMs = Infinity

  /**
   * @param messenger is owned by the host: `close()` closes it.
   * @param journal of the load, which may have receipts of a process before this one.
   */
  constructor(messenger: Messenger, loadId = newLoadId(), journal: ReceiptJournal | null = null) {
    this.loadId = loadId
    this.#messenger = messenger
    this.#journal = journal
    for (const receipt of journal?.read() ?? []) this.#count(receipt)
    this.#observer = setInterval(() => this.#now(), OBSERVE_EVERY_MS)
    this.#observer.unref()
  }

  /** Pauses of this process, up to 200. Whoever asks every few seconds misses none. */
  get latestPauses(): readonly Pause[] {
    this.#now()
    return this.#pauses.list.slice(-LATEST_PAUSES)
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
    for (let start = 0; start < identities.length; start += SUBSCRIBE_BATCH) {
      await this.#subscribe(identities.slice(start, start + SUBSCRIBE_BATCH))
    }
  }

  hosts(identity: string): boolean {
    return this.#hosted.has(identity)
  }

  expect(message: AnnouncedMessage): void {
    this.#measureSince(message.intendedAtMs)
    this.#tally.expect(message)
  }

  receiptsSoFar(): ReceiptsSoFar {
    return this.#tally.soFar
  }

  /** @param asked when this process was stopped on purpose, as a fault of the load. */
  async deliveries(pauses: readonly Pause[], asked: readonly Pause[] = []): Promise<Deliveries> {
    const askedMs = this.#now()
    while (
      this.#tally.outstanding > 0 &&
      this.#waitedSince(Math.max(this.#lastReceiptMs, askedMs)) < QUIET_MS &&
      nowMs() - askedMs < MAX_WAIT_MS
    ) {
      await sleep(POLL_MS)
    }
    const now = this.#now()
    const own = asked.length === 0 ? this.#pauses.list : withoutAsked(this.#pauses.list, asked)
    const figures =
      asked.length === 0 ? this.#pauses.figures : figuresOf(own, this.#measuredSinceMs)
    return {
      ...this.#tally.deliveries(now, pauses, own),
      receivers: { eventLoopDelay: this.#eventLoop.read(), pauses: figures },
    }
  }

  /** None: whatever this process does is recorded by its own SDK. */
  spans(): Promise<SpansOfReceivers> {
    const process = { name: SUBSCRIBERS_NAME, pid: this.pid }
    return Promise.resolve({ kind: 'known', process, spans: [], lostSpans: 0, pauses: [] })
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
      const { number, intendedAtMs } = stamp
      const receivedAtMs = this.#now()
      const receipt = { number, intendedAtMs, receivedAtMs, recipient: firstRecipient + index }
      this.#journal?.append(receipt)
      this.#count(receipt)
    })
  }

  #count({ number, intendedAtMs, receivedAtMs, recipient }: JournaledReceipt): void {
    this.#lastReceiptMs = receivedAtMs
    this.#measureSince(intendedAtMs)
    this.#tally.receive(number, intendedAtMs, recipient, receivedAtMs)
  }

  /**
   * The stamp of a measured message, otherwise `null`. Recipients of one message share its payload, so the
   * stamp is read once. The clock is read for every receipt, to notice a pause between two of them.
   */
  #countedStamp(payload: Uint8Array): Stamp | null {
    if (payload === this.#lastPayload) return this.#lastStamp
    const stamp = readStamp(payload)
    const isCounted = stamp !== null && !stamp.isWarmUp && stamp.loadId === this.loadId
    this.#lastPayload = payload
    this.#lastStamp = isCounted ? stamp : null
    return this.#lastStamp
  }

  /** Time without a receipt, excluding pauses: messages that arrived during one are still read. */
  #waitedSince(fromMs: number): number {
    const now = this.#now()
    return now - fromMs - this.#pauses.within(fromMs, now)
  }

  /** A pause during which the measurement began belongs to it, whichever message is read first afterwards. */
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
