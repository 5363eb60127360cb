import { type Context, type Span, trace } from '@opentelemetry/api'
import { nanos } from '@nats-io/transport-node'
import type { Connection } from '../connection.ts'
import { encodeReceipt } from '../receipt.ts'
import { rangesOf } from '../../targets/ranges.ts'
import type { HandledRecord } from './record-log.ts'
import type { Requests } from '../requests.ts'
import type { StoredDelivery } from './stored-delivery.ts'
import type { GatewayMessage } from '../wire.ts'

/** How long to wait until the server confirms an acknowledgement, in ms. */
const CONFIRM_TIMEOUT_MS = 5_000

/** JetStream's acknowledgement protocol. */
const SETTLED = '+ACK'
const WORKING = '+WPI'
const TERMINATED = '+TERM'

/** The parts of a kept message. */
export interface KeptMessageParts {
  readonly connection: Connection
  readonly requests: Requests
  readonly message: GatewayMessage
  readonly delivery: StoredDelivery
  readonly record: HandledRecord
  /** An inbox for receipts; `null` for none. */
  readonly receiptTo: string | null
  /** The context of its sender. */
  readonly context: Context
  /** Its span while this process handles it; `null` for none. */
  readonly span: Span | null
}

/**
 * A stored message of a durable gateway while this process handles it: tracks which recipients have handled
 * it, which of these are on record, and what the server and the sender have been told.
 */
export class KeptMessage {
  readonly message: GatewayMessage
  /** The context of its handlers. */
  readonly context: Context
  readonly #span: Span | null
  readonly #connection: Connection
  readonly #requests: Requests
  readonly #record: HandledRecord
  readonly #receiptTo: string | null
  readonly #isHandled: Uint8Array
  #delivery: StoredDelivery
  #unhandled: number
  /** Positions handled but not yet on record. */
  #fresh: number[] = []
  #hasRecord = false
  #recording: Promise<boolean> | null = null
  #isLost = false
  /** The position to hand out next, and how many handlers are running. */
  next = 0
  running = 0

  constructor(parts: KeptMessageParts) {
    this.message = parts.message
    this.#span = parts.span
    this.context = parts.span === null ? parts.context : trace.setSpan(parts.context, parts.span)
    this.#connection = parts.connection
    this.#requests = parts.requests
    this.#delivery = parts.delivery
    this.#record = parts.record
    this.#receiptTo = parts.receiptTo
    this.#unhandled = parts.message.recipients.length
    this.#isHandled = new Uint8Array(this.#unhandled)
  }

  /** How often it was delivered. */
  get attempts(): number {
    return this.#delivery.attempts
  }

  get isHandedOut(): boolean {
    return this.next === this.message.recipients.length
  }

  get isHandled(): boolean {
    return this.#unhandled === 0
  }

  isHandledBy(position: number): boolean {
    return this.#isHandled[position] === 1
  }

  /** Notes that a recipient's handler succeeded. */
  markHandled(position: number): void {
    if (this.#mark(position)) this.#fresh.push(position)
  }

  /** Notes a redelivery by the server. */
  redelivered(delivery: StoredDelivery): void {
    this.#delivery = delivery
  }

  /** Notes that this process is done with it: all recipients have handled it, or it was given back. */
  endSpan(): void {
    this.#span?.end()
  }

  /** Notes that its consumer is gone: its sequence number may now belong to another message. */
  lose(): void {
    this.#isLost = true
  }

  /** Reads the record, and sends a receipt for it. @throws if the server is unreachable. */
  async readRecord(): Promise<void> {
    const positions = await this.#record.read()
    const handled = positions.filter((position) => this.#mark(position))
    if (handled.length === 0) return
    this.#hasRecord = true
    this.#sendReceipt(handled)
  }

  /**
   * Records the recipients that have handled it so far, and sends a receipt. While one entry is in flight,
   * the next one collects more.
   * @returns whether all of them are now on record.
   */
  record(): Promise<boolean> {
    this.#recording ??= this.#recordAll().finally(() => {
      this.#recording = null
    })
    return this.#recording
  }

  /** Acknowledges it after all have handled it. `false` if the server didn't confirm. */
  async acknowledge(): Promise<boolean> {
    await this.#recording
    if (this.message.repeatable || this.#isLost) {
      if (!(await this.record())) return false
    }
    if (this.#isLost) return true
    const answer = await this.#requests.ask({
      subject: this.#delivery.ackSubject,
      body: SETTLED,
      timeoutMs: CONFIRM_TIMEOUT_MS,
      read: () => true,
    })
    if (answer.state !== 'answered') return false
    this.#sendReceipt(this.#fresh)
    this.#fresh = []
    if (this.#hasRecord) await this.#record.clear()
    return true
  }

  /** Asks for redelivery after `delayMs`. */
  giveBack(delayMs: number): void {
    this.#tell(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`)
  }

  /** Keeps the server from redelivering it while a handler is running. */
  keepAlive(): void {
    this.#tell(WORKING)
  }

  #mark(position: number): boolean {
    if (this.#isHandled[position] !== 0) return false
    this.#isHandled[position] = 1
    this.#unhandled -= 1
    return true
  }

  async #recordAll(): Promise<boolean> {
    while (this.#fresh.length > 0) {
      const entry = this.#fresh
      this.#fresh = []
      this.#hasRecord = true
      const confirmed = await this.#record.add(entry)
      if (!confirmed) {
        // Not as an argument list, which could overflow the call stack.
        this.#fresh = [...entry, ...this.#fresh]
        return false
      }
      this.#sendReceipt(entry)
    }
    return true
  }

  #sendReceipt(handled: readonly number[]): void {
    if (this.#receiptTo === null || handled.length === 0) return
    const { recipients } = this.message
    const receipt = { handled: rangesOf(handled), refused: [] }
    const texts = encodeReceipt(recipients.length, receipt, this.#connection.maxPayloadBytes)
    for (const text of texts) this.#publish(this.#receiptTo, text)
  }

  #tell(word: string): void {
    if (!this.#isLost) this.#publish(this.#delivery.ackSubject, word)
  }

  /** Publishes a message that may be lost: server and sender then fall back on their timeouts. */
  #publish(subject: string, body: string): void {
    try {
      this.#connection.nats.publish(subject, body)
    } catch {
      // The connection is closed.
    }
  }
}

/** Tells the server never to redeliver a message. */
export function terminate({ nats }: Connection, { ackSubject }: StoredDelivery): void {
  try {
    nats.publish(ackSubject, TERMINATED)
  } catch {
    // The connection is closed: the message is redelivered to the next process of this gateway.
  }
}
