import { setTimeout as delay } from 'node:timers/promises'
import { PubHeaders } from '@nats-io/jetstream'
import { type Msg, type MsgHdrs, nuid } from '@nats-io/transport-node'
import { DeliveryStatuses } from '../../delivery-statuses.ts'
import { EventLoopBudget } from '../../event-loop-budget.ts'
import { type Lane, lanesOf, nextPiece } from '../../lanes.ts'
import type { DeliveryReport, OutgoingMessage, SendOptions } from '../../messenger.ts'
import { OwnGateways } from '../../own-gateways.ts'
import { settledWithin, WakeUp, unlessAborted } from '../../waiting.ts'
import type { MessageSpans } from '../../telemetry/message-spans.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { traceBytes, writeTrace } from '../../telemetry/trace-headers.ts'
import type { Warnings } from '../../warnings.ts'
import type { Connection } from '../connection.ts'
import type { DurableStreams } from './durable-streams.ts'
import { decodeReceipt } from '../receipt.ts'
import { membersAt, type Ranges } from '../../targets/ranges.ts'
import { stoppableSend } from '../../stoppable-send.ts'
import type { TargetSet } from '../../targets/target-set.ts'
import type { ReplyReceiver } from '../reply-inbox.ts'
import type { Requests } from '../requests.ts'
import { store, type Stored } from './store-message.ts'
import {
  encodeGatewayBody,
  gatewayHeaders,
  headerBytes,
  MAX_RECIPIENTS,
  MAX_NAME_BYTES,
  payloadTooLarge,
  RECEIPT_TO_HEADER,
} from '../wire.ts'

const TURN_BUDGET_MS = 1
/** Maximum number of publications without an acknowledgement of JetStream. */
const PUBLISHES_IN_FLIGHT = 16
/** How long to wait for JetStream before republishing with the same id, in ms. */
const PUBLISH_TIMEOUT_MS = 2_000
const PUBLISH_AGAIN_MS = 100
/** How long to wait for a missing stream to be recreated before publishing again, in ms; the recreation goes on. */
const RESTORE_PATIENCE_MS = 500

/** The shared parts of durable fan-outs. */
export interface DurableSender {
  readonly connection: Connection
  readonly requests: Requests
  readonly streams: DurableStreams
  readonly warnings: Warnings
  readonly telemetry: Telemetry
}

/** One message of the multicast. */
interface Batch {
  readonly part: number
  readonly slots: Ranges
  readonly names: readonly string[]
  readonly subject: string
  readonly headers: MsgHdrs
}

/**
 * One exactly-once multicast in progress: stores a message for each gateway, and waits for receipts.
 */
export class DurableFanOut implements ReplyReceiver {
  readonly #sender: DurableSender
  readonly #message: OutgoingMessage
  readonly #gateways: OwnGateways
  readonly #deadline: number
  readonly #targets: TargetSet
  readonly #statuses: DeliveryStatuses
  readonly #batches: Batch[] = []
  readonly #budget: EventLoopBudget
  readonly #options: SendOptions
  readonly #wakeUp = new WakeUp()
  /** `null` outside of a trace. */
  readonly #spans: MessageSpans | null
  /** Whether messages have room for their trace. */
  #carriesTrace = false
  /** Identifies this call: JetStream drops only duplicates of the same call. */
  readonly #call = nuid.next()

  constructor(
    sender: DurableSender,
    message: OutgoingMessage,
    targets: TargetSet,
    options: SendOptions,
  ) {
    this.#options = options
    this.#budget = new EventLoopBudget(TURN_BUDGET_MS, options.signal)
    this.#sender = sender
    this.#spans = sender.telemetry.messages()
    this.#targets = targets
    this.#statuses = new DeliveryStatuses(targets, { retried: false })
    this.#message = message
    const { streams, warnings } = sender
    this.#gateways = new OwnGateways((gateway) => streams.subjects.isGateway(gateway), warnings)
    this.#deadline = performance.now() + options.timeoutMs
  }

  /** @throws the reason of `options.signal`. */
  run(): Promise<DeliveryReport> {
    return stoppableSend(this.#options, this.#statuses, this.#wakeUp, () => this.#run())
  }

  async #run(): Promise<DeliveryReport> {
    const { signal } = this.#options
    const { replyPrefix, close } = this.#sender.connection.inbox.open(this)
    try {
      for (const lane of await lanesOf(this.#targets, this.#budget)) {
        await this.#split(replyPrefix, lane)
      }
      const queue = this.#batches.values()
      const storeInTurn = async (): Promise<void> => {
        for (const batch of queue) await this.#store(batch)
      }
      await unlessAborted(signal, () =>
        Promise.all(Array.from({ length: PUBLISHES_IN_FLIGHT }, storeInTurn)),
      )
      while (this.#statuses.remaining > 0 && performance.now() < this.#deadline) {
        signal?.throwIfAborted()
        await this.#wakeUp.sleepUntil(this.#deadline)
      }
      return this.#statuses.end()
    } finally {
      this.#spans?.endAll(signal?.aborted === true ? 'ABORTED' : 'TIMEOUT')
      close()
    }
  }

  onReply(index: number, reply: Msg): void {
    const batch = this.#batches[index]
    if (batch === undefined) return
    const { part, slots, names } = batch
    const receipt = decodeReceipt(reply.data, names.length)
    if (receipt === null) {
      this.#sender.warnings.warn(
        'MALFORMED_RECEIPT',
        `A receipt for a message to ${batch.subject} is invalid and was ignored.`,
      )
      return
    }
    this.#statuses.settleSlots(part, membersAt(slots, receipt.handled), true)
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  onRefused(): void {
    // JetStream answers each publication, so refusals arrive with the answer.
  }

  /** Makes the messages of a lane. */
  async #split(replyPrefix: string, lane: Lane): Promise<void> {
    const { connection, streams } = this.#sender
    const { maxPayloadBytes } = connection
    const { id, payload, repeatable = false } = this.#message
    const isOwn = this.#gateways.accept(lane.gateway, nextPiece(lane)?.first)
    const name = isOwn ? streams.subjects.durableGatewayName(lane.gateway) : null
    if (name === null) {
      for (const piece of lane.pieces) {
        this.#statuses.settleSlots(piece.part, piece.takeAll(), false)
      }
      return
    }
    const marks = { id, resendable: true, repeatable }
    const headersOf = (index: number, recipients: number): MsgHdrs => {
      const headers = gatewayHeaders(marks, payload.length, recipients)
      headers.set(RECEIPT_TO_HEADER, replyPrefix + index)
      headers.set(PubHeaders.MsgIdHdr, `${this.#call}.${index}`)
      return headers
    }
    const allRoom =
      maxPayloadBytes - payload.length - headerBytes(headersOf(MAX_RECIPIENTS, MAX_RECIPIENTS))
    const bytes = this.#spans === null ? 0 : traceBytes(this.#spans.context)
    this.#carriesTrace = this.#spans !== null && allRoom - bytes >= MAX_NAME_BYTES
    const room = this.#carriesTrace ? allRoom - bytes : allRoom
    for (let piece = nextPiece(lane); piece !== undefined; piece = nextPiece(lane)) {
      if (this.#budget.check()) await this.#budget.renew()
      const { part } = piece
      const { slots, names } = piece.takeBatch(room, payload.length)
      if (names.length === 0) throw payloadTooLarge(payload.length, maxPayloadBytes)
      const headers = headersOf(this.#batches.length, names.length)
      this.#batches.push({ part, slots, names, headers, subject: streams.subjects.durable(name) })
    }
  }

  /** Publishes until JetStream stores the message, refuses it permanently, or the timeout passes. */
  async #store(batch: Batch): Promise<void> {
    const { subject, names, headers } = batch
    const { id } = this.#message
    const facts = { subject, id, recipients: names.length, isStored: true }
    const span = this.#spans?.begin(facts) ?? null
    if (this.#spans !== null && this.#carriesTrace) {
      writeTrace(headers, span?.spanContext() ?? this.#spans.context)
    }
    const isStored = await this.#storeInTime(batch)
    if (span !== null) this.#spans?.end(span, isStored ? null : 'UNAVAILABLE')
  }

  /** @returns whether JetStream has confirmed it. */
  async #storeInTime(batch: Batch): Promise<boolean> {
    // A message that may be stored may be handled, so its targets are never FAILED.
    let mayBeStored = false
    let said: Stored['state'] = 'unknown'
    while (performance.now() < this.#deadline) {
      this.#options.signal?.throwIfAborted()
      if (this.#sender.connection.up) {
        said = await this.#storeOnce(batch)
        if (said === 'stored') {
          this.#statuses.handOver(batch.part, batch.slots)
          return true
        }
        if (said === 'refused') break
        if (said === 'unknown') mayBeStored = true
        if (said === 'no stream') await this.#restoreStreams()
      }
      const leftMs = this.#deadline - performance.now()
      if (leftMs > 0) await delay(Math.min(PUBLISH_AGAIN_MS, leftMs))
    }
    if (!mayBeStored && (said === 'refused' || said === 'unavailable')) {
      this.#statuses.settleSlots(batch.part, batch.slots, false)
    }
    return false
  }

  async #storeOnce({ names, subject, headers }: Batch): Promise<Stored['state']> {
    const { requests, streams } = this.#sender
    const leftMs = this.#deadline - performance.now()
    const timeoutMs = Math.max(1, Math.min(PUBLISH_TIMEOUT_MS, leftMs))
    const body = encodeGatewayBody(this.#message.payload, names)
    const message = { subject, body, headers, timeoutMs }
    const { state } = await store(requests, streams.subjects.messagesStream, message)
    return state
  }

  async #restoreStreams(): Promise<void> {
    // The caller retries failures; the call must not outlast its timeout. A stream that lost its leader looks missing
    // too: it returns by itself, while requests about it stay unanswered.
    const leftMs = Math.max(0, this.#deadline - performance.now())
    await settledWithin([this.#sender.streams.restore()], Math.min(leftMs, RESTORE_PATIENCE_MS))
  }
}
