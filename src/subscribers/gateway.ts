import { randomBytes } from 'node:crypto'
import { nowMs } from '../load/clock.ts'
import type { Killable, Pausable, Restartable } from '../load/faults/fault-targets.ts'
import type { Pause } from '../load/pauses.ts'
import {
  DeliveryTally,
  type AnnouncedMessage,
  type ReceiptsSoFar,
} from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import { closed, opened } from './open-subscribers.ts'
import { ReceiptJournal } from './receipt-journal.ts'
import type { SpansOfReceivers } from './spans-of-receivers.ts'
import {
  startSubscriberProcess,
  type SubscriberProcess,
  type SubscribersPlan,
} from './start-subscribers.ts'
import { newLoadId, type Subscribers } from './subscriber-host.ts'
import { tracedFrom } from './traced-from.ts'

/**
 * Subscribers whose process is a target of faults: it can be killed, started again under the same name, and
 * paused. Its name is durable, so exactly-once messages are kept while it is away, and what it handled is
 * in a journal that outlives it. Downtime that was asked for is part of the load, and doesn't count
 * as a fault of the receivers.
 */
export class Gateway implements Subscribers, Killable, Restartable, Pausable {
  readonly label = 'gateway'
  readonly isOfShard = true
  /** What was handled, by whichever process. */
  readonly journal: ReceiptJournal
  readonly #plan: SubscribersPlan
  /** `null` while it is down on purpose. */
  #process: SubscriberProcess | null
  readonly #recipients = new Map<string, number>()
  /** Every message of the load: a new process knows of none. */
  readonly #announced: AnnouncedMessage[] = []
  readonly #asked: Pause[] = []
  #pausedSinceMs: number | null = null
  #closing: Promise<void> | null = null
  #soFar: ReceiptsSoFar | null = { expected: 0, received: 0 }
  readonly #address: string

  private constructor(plan: SubscribersPlan, journal: ReceiptJournal, process: SubscriberProcess) {
    this.#plan = plan
    this.journal = journal
    this.#process = process
    this.#address = process.gateway
  }

  /**
   * @param natsUrls of servers with JetStream.
   * @param ignoreClusterUpdates see `SubscribersPlan`.
   * @throws Error with the reason if the process doesn't start or NATS is unreachable.
   */
  static async start(
    natsUrls: readonly string[],
    namespace: string,
    ignoreClusterUpdates = false,
  ): Promise<Gateway> {
    const journal = ReceiptJournal.create()
    const gatewayName = `gateway-${randomBytes(4).toString('hex')}`
    const receiving = { natsUrls, ignoreClusterUpdates, namespace }
    const kept = { gatewayName, journal, tracedFrom: tracedFrom() }
    const plan = { ...receiving, loadId: newLoadId(), ...kept }
    try {
      return opened(new Gateway(plan, journal, await startSubscriberProcess(plan)))
    } catch (error) {
      journal.close()
      throw error
    }
  }

  get gateway(): string {
    return this.#address
  }

  get loadId(): number {
    return this.#plan.loadId
  }

  get hostedCount(): number {
    return this.#recipients.size
  }

  /** Of the process that runs, or ran last. */
  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get isUp(): boolean {
    return this.#process !== null
  }

  async host(identities: readonly string[]): Promise<void> {
    const added = [...new Set(identities)].filter((identity) => !this.#recipients.has(identity))
    for (const identity of added) this.#recipients.set(identity, this.#recipients.size)
    await this.#running().host(added)
  }

  hosts(identity: string): boolean {
    return this.#recipients.has(identity)
  }

  /** An identity's number in the journal; `null` if it is hosted elsewhere. */
  recipientOf(identity: string): number | null {
    return this.#recipients.get(identity) ?? null
  }

  /** The identity with a number in the journal. */
  identityOf(recipient: number): string {
    return [...this.#recipients.keys()][recipient] ?? `recipient ${recipient}`
  }

  expect(message: AnnouncedMessage): void {
    this.#announced.push(message)
    this.#process?.expect(message)
  }

  receiptsSoFar(): ReceiptsSoFar | null {
    if (this.#process !== null) this.#soFar = this.#process.receiptsSoFar()
    return this.#soFar
  }

  async deliveries(pauses: readonly Pause[]): Promise<Deliveries> {
    if (this.#process !== null) return this.#process.deliveries(pauses, this.#asked)
    const tally = new DeliveryTally()
    for (const { number, intendedAtMs, recipient, receivedAtMs } of this.journal.read()) {
      tally.receive(number, intendedAtMs, recipient, receivedAtMs)
    }
    for (const message of this.#announced) tally.expect(message)
    return { ...tally.deliveries(nowMs(), pauses, this.#asked), receivers: null }
  }

  /** Of the process that runs: spans of one that was killed are lost. */
  async spans(traceIds: readonly string[], isLast: boolean): Promise<SpansOfReceivers> {
    return (await this.#process?.spans(traceIds, isLast)) ?? { kind: 'unknown' }
  }

  async kill(): Promise<string> {
    const running = this.#running()
    await running.kill()
    this.#endPause()
    this.#process = null
    return `process ${running.pid}`
  }

  /** Hosts the same identities again. A gateway holds no data of its own, so there is none to be kept or lost. */
  async restart(): Promise<string> {
    if (this.#process !== null) await this.kill()
    const started = await startSubscriberProcess(this.#plan)
    try {
      await started.host([...this.#recipients.keys()])
    } catch (error) {
      await started.close()
      throw error
    }
    for (const message of this.#announced) started.expect(message)
    this.#process = started
    return `process ${started.pid}`
  }

  async pause(): Promise<string> {
    const running = this.#running()
    this.#pausedSinceMs ??= nowMs()
    running.signal('SIGSTOP')
    return `process ${running.pid}`
  }

  async resume(): Promise<void> {
    this.#running().signal('SIGCONT')
    this.#endPause()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    closed(this)
    await this.#process?.close()
    this.journal.close()
  }

  #running(): SubscriberProcess {
    if (this.#process !== null) return this.#process
    throw new Error('the gateway is down: it was killed, and not started again')
  }

  #endPause(): void {
    if (this.#pausedSinceMs === null) return
    this.#asked.push({ fromMs: this.#pausedSinceMs, untilMs: nowMs() })
    this.#pausedSinceMs = null
  }
}
