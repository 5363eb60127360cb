import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ConsumerMessages, type JsMsg, PubHeaders } from '@nats-io/jetstream'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import { settledWithin } from '../settled-within.ts'
import { WakeUp } from '../wake-up.ts'
import type { Connection } from './connections.ts'
import { ACK_WAIT_MS, type DurableStreams } from './durability.ts'
import { encodeReceipt, rangesOf } from './receipt.ts'
import { receivedHeaders } from './received-headers.ts'
import { isInbox } from './reply.ts'
import { decodeGatewayMessage, RECEIPT_TO_HEADER } from './wire.ts'
import type { Subjects } from './subjects.ts'

const TURN_BUDGET_MS = 2
/** How many messages are fetched ahead. */
const FETCHED_AHEAD = 64
/** After how long a message that some did not handle comes again, in ms; doubles up to the maximum. */
const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 30_000

/**
 * Hands the messages that JetStream keeps for a durable gateway to its subscribers. What was handled
 * is on record at the server, by an acknowledgement or as progress, before a receipt is sent.
 */
export class DurableInbox {
  readonly #connection: Connection
  readonly #streams: DurableStreams
  readonly #subjects: Subjects
  readonly #gatewayName: string
  readonly #subscribers: HostedSubscribers
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #handling = new Set<Promise<void>>()
  #messages: ConsumerMessages | null = null

  constructor(
    connection: Connection,
    streams: DurableStreams,
    subjects: Subjects,
    gatewayName: string,
    subscribers: HostedSubscribers,
  ) {
    this.#connection = connection
    this.#streams = streams
    this.#subjects = subjects
    this.#gatewayName = gatewayName
    this.#subscribers = subscribers
  }

  /** Starts receiving, beginning with what was kept while the gateway was away. */
  async open(): Promise<void> {
    await this.#streams.ensureConsumer(this.#subjects, this.#gatewayName)
    const { consumers } = this.#streams.client
    const consumer = await consumers.get(this.#streams.messages, this.#gatewayName)
    this.#messages = await consumer.consume({
      max_messages: FETCHED_AHEAD,
      callback: (message) => {
        const handling = this.#handle(message)
        this.#handling.add(handling)
        void handling.finally(() => this.#handling.delete(handling))
      },
    })
  }

  /** Stops receiving and lets what is being handled end, within `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    if (this.#messages) await settledWithin([this.#messages.close()], patienceMs)
    await settledWithin([...this.#handling], patienceMs)
  }

  async #handle(message: JsMsg): Promise<void> {
    let work: Work
    try {
      work = workOf(message, this.#subjects.progress(this.#gatewayName, keyOf(message)))
    } catch {
      message.term()
      return
    }
    // Signs of life keep the server from delivering again while a handler takes its time.
    const alive = setInterval(() => attempt(() => message.working()), ACK_WAIT_MS / 3)
    alive.unref()
    try {
      await this.#process(work)
    } catch {
      // The server could not be reached: it delivers again, and what is remembered is not redone.
      attempt(() => message.nak(FIRST_RETRY_MS))
    } finally {
      clearInterval(alive)
    }
  }

  async #process(work: Work): Promise<void> {
    const { message, handled, identities } = work
    if (message.redelivered) await this.#readProgress(work)
    const alreadyRecorded = work.recorded > 0
    await this.#handOut(work)
    if (handled.size < identities.length) {
      await this.#recordProgress(work)
      message.nak(Math.min(FIRST_RETRY_MS * 2 ** (message.info.deliveryCount - 1), MAX_RETRY_MS))
      return
    }
    if (!(await message.ackAck())) return
    this.#sendReceipt(work)
    if (alreadyRecorded || work.recorded > 0) {
      const { admin, progress } = this.#streams
      await admin.streams.purge(progress, { filter: work.progressSubject })
    }
  }

  /** Runs the handlers of all that have not handled it yet, recording progress while some run. */
  async #handOut(work: Work): Promise<void> {
    const { id, payload, handled } = work
    const running = new Set<string>()
    const changes = new WakeUp()
    for (const [index, identity] of work.identities.entries()) {
      if (handled.has(identity)) continue
      if (index % 32 === 31 && this.#budget.exhausted) await this.#budget.renew()
      const outcome = this.#subscribers.deliver({ id, identity, payload }, true)
      if (outcome === true) handled.add(identity)
      if (typeof outcome === 'boolean') continue
      running.add(identity)
      void outcome.then((succeeded) => {
        if (succeeded) handled.add(identity)
        running.delete(identity)
        changes.notify()
        return succeeded
      })
    }
    // A turn of the event loop gathers those that end together into one record.
    await nextTurn()
    while (running.size > 0) {
      if (handled.size > work.recorded) await this.#recordProgress(work)
      else await changes.sleepUntil(performance.now() + ACK_WAIT_MS)
      await nextTurn()
    }
  }

  async #readProgress(work: Work): Promise<void> {
    const { admin, progress } = this.#streams
    const record = await admin.streams.getMessage(progress, { last_by_subj: work.progressSubject })
    if (record === null) return
    for (const identity of record.string().split('\n')) work.handled.add(identity)
    work.recorded = work.handled.size
  }

  /** Puts on record who handled the message so far, and then tells the sender. */
  async #recordProgress(work: Work): Promise<void> {
    if (work.handled.size === work.recorded) return
    const handled = [...work.handled]
    await this.#streams.client.publish(work.progressSubject, handled.join('\n'))
    work.recorded = handled.length
    this.#sendReceipt(work)
  }

  #sendReceipt({ message, identities, handled }: Work): void {
    const receiptTo = message.headers?.get(RECEIPT_TO_HEADER) ?? ''
    if (!isInbox(receiptTo)) return
    const positions = [...identities.keys()].filter((at) => handled.has(identities[at] ?? ''))
    const receipt = { handled: rangesOf(positions), refused: [] }
    const { nats, maxPayloadBytes } = this.#connection
    for (const text of encodeReceipt(identities.length, receipt, maxPayloadBytes)) {
      attempt(() => nats.publish(receiptTo, text))
    }
  }
}

/** One message in hand. */
interface Work {
  readonly message: JsMsg
  readonly id: string
  readonly payload: Uint8Array
  readonly identities: readonly string[]
  readonly progressSubject: string
  /** Who has handled it. */
  readonly handled: Set<string>
  /** How many of these are on record as progress. */
  recorded: number
}

function workOf(message: JsMsg, subject: string): Work {
  const headers = receivedHeaders(message)
  if (headers === null) throw new Error('its headers are not valid')
  const decoded = decodeGatewayMessage(headers, message.data)
  if ('malformed' in decoded) throw new Error(decoded.malformed)
  const { id, payload, recipients } = decoded
  return {
    message,
    id,
    payload,
    identities: recipients,
    progressSubject: subject,
    handled: new Set(),
    recorded: 0,
  }
}

/** The id a message was published under, as one word of a subject. */
function keyOf(message: JsMsg): string {
  const id = message.headers?.get(PubHeaders.MsgIdHdr) ?? `${message.seq}`
  return createHash('sha256').update(id).digest('base64url')
}

/** For words to the server that may be lost: the connection can be closed at any time. */
function attempt(tell: () => void): void {
  try {
    tell()
  } catch {
    // Not told: the server goes by the time instead, and the sender by its own.
  }
}
