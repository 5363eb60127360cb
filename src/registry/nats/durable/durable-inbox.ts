import { PubHeaders } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import type { HostedSubscribers } from '../../hosted-subscribers.ts'
import { settledWithin } from '../../waiting.ts'
import { receivedContext } from '../../telemetry/message-spans.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import type { Warnings } from '../../warnings.ts'
import type { Connection } from '../connection.ts'
import { ACK_WAIT_MS, DurableConsumer } from './durable-consumer.ts'
import { type DurableStreams, reasonOf } from './durable-streams.ts'
import { HandOut } from './hand-out.ts'
import { HeldMessages } from './held-messages.ts'
import { KeptMessage, terminate } from './kept-message.ts'
import { NameRecords } from './name-records.ts'
import { PositionRecords } from './position-records.ts'
import { PullLoop } from './pull-loop.ts'
import {
  receivedHeaders,
  decodeGatewayMessage,
  type GatewayMessage,
  RECEIPT_TO_HEADER,
} from '../wire.ts'
import { type HandledRecord, RecordLog } from './record-log.ts'
import { isInbox } from '../reply.ts'
import { quoted } from '../../text.ts'
import type { Requests } from '../requests.ts'
import { RetrySchedule } from './retry-schedule.ts'
import type { StoredDelivery } from './stored-delivery.ts'

/** The parts of a durable inbox. */
export interface DurableInboxOptions {
  readonly connection: Connection
  readonly requests: Requests
  readonly streams: DurableStreams
  readonly gatewayName: string
  readonly subscribers: HostedSubscribers
  readonly warnings: Warnings
  readonly telemetry: Telemetry
}

/**
 * Hands the messages that JetStream stores for a durable gateway to its subscribers. A recipient's success
 * is recorded at the server, by an acknowledgement or as progress, before a receipt is sent.
 */
export class DurableInbox {
  readonly #options: DurableInboxOptions
  readonly #subject: string
  readonly #consumer: DurableConsumer
  readonly #pull: PullLoop
  readonly #held: HeldMessages
  readonly #handOut: HandOut
  readonly #retries = new RetrySchedule()
  readonly #names: NameRecords
  readonly #positions: PositionRecords
  /** By sequence number. */
  readonly #inHand = new Map<number, KeptMessage>()
  readonly #letGo = new Map<KeptMessage, () => void>()
  readonly #settling = new Set<KeptMessage>()
  #keepAlive: NodeJS.Timeout | undefined
  #consumerCreatedAt = ''
  /** Up to this sequence number, messages may have a record even if they look new. */
  #recordedUpTo = 0
  #onIdle: (() => void) | null = null

  constructor(options: DurableInboxOptions) {
    this.#options = options
    const { connection, requests, streams, gatewayName, subscribers, warnings } = options
    this.#subject = streams.subjects.durable(gatewayName)
    this.#consumer = new DurableConsumer(streams, gatewayName)
    const log = new RecordLog(requests, streams, gatewayName)
    this.#names = new NameRecords(log)
    this.#positions = new PositionRecords(log, warnings)
    this.#held = new HeldMessages(subscribers.backlog.maxBytes)
    this.#handOut = new HandOut(subscribers, this.#held, warnings, (kept) => {
      void this.#onProgress(kept)
    })
    this.#pull = new PullLoop({
      connection,
      warnings,
      stream: streams.subjects.messagesStream,
      consumer: gatewayName,
      subject: this.#subject,
      inboxPrefix: streams.subjects.inboxPrefix,
      hasRoom: () => !this.#held.isFull(performance.now()) && !this.#handOut.isWaiting,
      onMessage: (message, delivery) => this.#receive(message, delivery),
      check: () => this.#checkOrWarn(),
    })
  }

  /** Starts receiving, beginning with messages stored while the gateway was away. */
  async open(): Promise<void> {
    const { createdAt, lastSequence } = await this.#consumer.open()
    this.#consumerCreatedAt = createdAt
    this.#recordedUpTo = lastSequence
    this.#keepAlive = setInterval(() => {
      for (const kept of this.#inHand.values()) kept.keepAlive()
    }, ACK_WAIT_MS / 3)
    this.#keepAlive.unref()
    this.#pull.open()
  }

  /** Stops receiving and waits for messages being handled, for at most `patienceMs` each. */
  async close(patienceMs: number): Promise<void> {
    await settledWithin([this.#pull.close()], patienceMs)
    if (this.#letGo.size > 0) {
      const idle = new Promise<void>((resolve) => (this.#onIdle = resolve))
      await settledWithin([idle], patienceMs)
    }
    clearInterval(this.#keepAlive)
  }

  async #checkOrWarn(): Promise<void> {
    try {
      await this.#check()
    } catch (error) {
      const { connection, streams, warnings } = this.#options
      if (connection.up) {
        warnings.warn(
          'STREAM_LOST',
          `Receiving from the JetStream stream "${streams.subjects.messagesStream}" fails: ${reasonOf(error)}. Retrying at least every 5 s.`,
        )
      }
      throw error
    }
  }

  /** Makes sure that stream and consumer exist. */
  async #check(): Promise<void> {
    const { streams, gatewayName, warnings } = this.#options
    await streams.restore()
    const { created, createdAt } = await this.#consumer.restore()
    if (created) {
      warnings.warn(
        'STREAM_LOST',
        `The JetStream consumer "${gatewayName}" of the stream "${streams.subjects.messagesStream}" was lost and has been recreated; it redelivers every message in the stream.`,
      )
    }
    this.#recordedUpTo = await streams.lastSequence()
    if (createdAt === this.#consumerCreatedAt) return
    this.#consumerCreatedAt = createdAt
    for (const kept of this.#inHand.values()) kept.lose()
    this.#inHand.clear()
  }

  #receive(received: Msg, delivery: StoredDelivery): void {
    const earlier = this.#inHand.get(delivery.sequence)
    if (earlier !== undefined) {
      earlier.redelivered(delivery)
      return
    }
    const headers = receivedHeaders(received)
    const message =
      headers === null
        ? { malformed: 'its headers are not valid' }
        : decodeGatewayMessage(headers, received.data)
    if (headers === null || 'malformed' in message) {
      this.#terminate(delivery, 'malformed' in message ? message.malformed : '')
      return
    }
    const storedAs = `${delivery.sequence} ${headers.get(PubHeaders.MsgIdHdr)}`
    const { connection, requests, telemetry } = this.#options
    const context = receivedContext(headers)
    const span = telemetry.processed(context, {
      subject: this.#subject,
      id: message.id,
      recipients: message.recipients.length,
      isStored: true,
      isRedelivered: delivery.attempts > 1,
    })
    const kept = new KeptMessage({
      connection,
      requests,
      message,
      delivery,
      record: this.#recordOf(message, storedAs),
      receiptTo: this.#receiptTo(headers.get(RECEIPT_TO_HEADER)),
      context,
      span,
    })
    this.#inHand.set(delivery.sequence, kept)
    const letGo = this.#held.hold(received.data.length)
    this.#letGo.set(kept, () => {
      letGo()
      if (this.#inHand.get(delivery.sequence) === kept) this.#inHand.delete(delivery.sequence)
    })
    const mayHaveRecord =
      message.repeatable || delivery.attempts > 1 || delivery.sequence <= this.#recordedUpTo
    if (mayHaveRecord) void this.#resume(kept)
    else this.#handOut.add(kept)
  }

  #terminate(delivery: StoredDelivery, reason: string): void {
    const { connection, warnings } = this.#options
    terminate(connection, delivery)
    warnings.warn(
      'MALFORMED_MESSAGE',
      `Message ${delivery.sequence} of the stream for ${this.#subject} was dropped: ${reason}.`,
    )
  }

  #recordOf({ id, repeatable, recipients }: GatewayMessage, storedAs: string): HandledRecord {
    return repeatable
      ? this.#names.of(id, recipients)
      : this.#positions.of(storedAs, recipients.length)
  }

  /** Receipts go only to inboxes: elsewhere, such as at JetStream's subjects, one could act as a command. */
  #receiptTo(subject: string): string | null {
    if (subject === '' || isInbox(subject)) return subject || null
    this.#options.warnings.warn(
      'FOREIGN_REPLY_SUBJECT',
      `A message to ${this.#subject} requests receipts at ${quoted(subject)}, which is not an inbox (_INBOX.…): no receipt is sent.`,
    )
    return null
  }

  /** Continues a message that some recipients may already have handled. */
  async #resume(kept: KeptMessage): Promise<void> {
    try {
      await kept.readRecord()
    } catch {
      this.#giveBack(kept)
      return
    }
    this.#handOut.add(kept)
  }

  async #onProgress(kept: KeptMessage): Promise<void> {
    if (this.#settling.has(kept)) return
    if (!kept.isHandedOut || kept.running > 0) {
      await kept.record()
      return
    }
    this.#settling.add(kept)
    try {
      if (!kept.isHandled) await kept.record()
      else if (await kept.acknowledge()) {
        this.#release(kept)
        return
      }
    } catch {
      // The server is unreachable. It will redeliver, and recipients remembered here are not called again.
    }
    this.#giveBack(kept)
  }

  #giveBack(kept: KeptMessage): void {
    const { attempts, message } = kept
    kept.giveBack(this.#retries.nextDelayMs(attempts, message.payload.length, performance.now()))
    this.#release(kept)
  }

  #release(kept: KeptMessage): void {
    this.#settling.delete(kept)
    kept.endSpan()
    this.#letGo.get(kept)?.()
    this.#letGo.delete(kept)
    if (this.#letGo.size === 0) this.#onIdle?.()
  }
}
