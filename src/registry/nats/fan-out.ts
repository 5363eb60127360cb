import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { DeliveryStatus, DeliveryTarget, OutgoingMessage, SendOptions } from '../messenger.ts'
import type { Connection, ConnectionPool } from './connections.ts'
import type { ReplyReceiver } from './reply-inbox.ts'
import {
  decodeReceipt,
  encodeGatewayBody,
  ERROR_HEADER,
  gatewayHeaders,
  headerBytes,
  identityHeaders,
  identitySubject,
} from './wire.ts'

/** How long one turn of the event loop may go on sending, in ms. */
const TURN_BUDGET_MS = 1
/** The targets of a gateway message take at least this many bytes, if the server's limit allows. */
const MIN_LIST_BYTES = 16 * 1024
/** What may be on the way to one gateway without a receipt, in bytes. */
const LANE_WINDOW_BYTES = 8 * 1024 * 1024
/** What may be on the way to the broker before it has to say that it got what came before. */
const FLUSH_AFTER_BYTES = 128 * 1024
const FLUSH_AFTER_MESSAGES = 128
/** When at-least-once sends again to those without a receipt, in ms; doubles up to the maximum. */
const FIRST_RESEND_MS = 200
const MAX_RESEND_MS = 2_000

/** Targets that are reached in one way: through one gateway, or (`null`) by their own subjects. */
interface Lane {
  readonly gateway: string | null
  readonly identities: string[]
  next: number
  unansweredBytes: number
  parked: boolean
}

/** One message sent: whom it is for and whether a receipt has come. */
interface Batch {
  readonly lane: Lane
  readonly identities: readonly string[]
  readonly bytes: number
  answered: boolean
}

/** One multicast on its way: groups targets, sends within the limits, and collects receipts. */
export class FanOut implements ReplyReceiver {
  readonly #message: OutgoingMessage
  readonly #subjectPrefix: string
  readonly #options: SendOptions
  readonly #resendable: boolean
  readonly #deadline: number
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #identityHeaders: MsgHdrs
  readonly #gatewayHeaders: MsgHdrs
  readonly #statuses = new Map<string, DeliveryStatus>()
  readonly #sent: Batch[] = []
  readonly #ready: Lane[] = []
  #parked = 0
  /** Targets that nothing final is known of. */
  #remaining = 0
  #wake: (() => void) | null = null

  constructor(message: OutgoingMessage, subjectPrefix: string, options: SendOptions) {
    this.#message = message
    this.#subjectPrefix = subjectPrefix
    this.#options = options
    this.#resendable = options.delivery !== 'at-most-once'
    this.#deadline = performance.now() + options.timeoutMs
    this.#identityHeaders = identityHeaders(message.id, this.#resendable)
    this.#gatewayHeaders = gatewayHeaders(message.id, this.#resendable, message.payload.length)
  }

  /**
   * Sends to all targets and waits for what becomes of them.
   * @throws RegistryError `UNAVAILABLE` if there was no connection to send anything on,
   * `INVALID_ARGUMENT` if the payload is more than the server takes.
   */
  async run(
    pool: ConnectionPool,
    targets: readonly DeliveryTarget[],
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    const closings: (() => void)[] = []
    let sentAnything = false
    let open = targets
    try {
      for (let resendMs = FIRST_RESEND_MS; ; resendMs = Math.min(2 * resendMs, MAX_RESEND_MS)) {
        const connection = pool.pick()
        const roundEnd = this.#resendable
          ? Math.min(performance.now() + resendMs, this.#deadline)
          : this.#deadline
        if (connection !== undefined) {
          sentAnything = true
          const { replyPrefix, close } = connection.inbox.open(this)
          closings.push(close)
          await this.#sendRound(connection, replyPrefix, open)
        } else if (!this.#resendable) {
          throw pool.unavailable()
        } else {
          this.#remaining = Math.max(this.#remaining, 1)
        }
        if (this.#options.receipts) await this.#waitForReceipts(roundEnd)
        if (!this.#resendable || performance.now() >= this.#deadline) break
        if (sentAnything && this.#remaining === 0) break
        open = open.filter(({ identity }) => this.#statuses.get(identity) !== 'DELIVERED')
      }
      if (!sentAnything) throw pool.unavailable()
      return this.#statuses
    } finally {
      for (const close of closings) close()
    }
  }

  onReply(index: number, reply: Msg): void {
    const batch = this.#sent[index]
    if (batch === undefined) return
    const first = !batch.answered
    batch.answered = true
    if (first) this.#release(batch.lane, batch.bytes)

    const { headers } = reply
    const noSubscriber = headers?.code === 503 && reply.data.length === 0
    if (noSubscriber || headers?.has(ERROR_HEADER)) {
      for (const identity of batch.identities) this.#settle(identity, false)
      return
    }
    const lines = batch.lane.gateway === null ? [] : decodeReceipt(reply.data)
    if (first) {
      const exceptions = new Map(lines.map(({ identity, state }) => [identity, state]))
      for (const identity of batch.identities) {
        const state = exceptions.get(identity) ?? 'handled'
        if (state !== 'running') this.#settle(identity, state === 'handled')
      }
    } else {
      for (const { identity, state } of lines) {
        if (state !== 'running' && batch.identities.includes(identity)) {
          this.#settle(identity, state === 'handled')
        }
      }
    }
  }

  onRefused(subject: string): void {
    for (const batch of this.#sent) {
      for (const identity of batch.identities) {
        const sentTo = batch.lane.gateway ?? identitySubject(this.#subjectPrefix, identity)
        if (sentTo === subject) this.#settle(identity, false)
      }
    }
  }

  /** Sends to each target once, as far as the deadline and the connection allow. */
  async #sendRound(
    connection: Connection,
    replyPrefix: string,
    targets: readonly DeliveryTarget[],
  ): Promise<void> {
    const room = connection.maxPayloadBytes - this.#message.payload.length
    if (room < headerBytes(this.#identityHeaders)) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `The payload of ${this.#message.payload.length} bytes and its headers are more than the ${connection.maxPayloadBytes} bytes that the NATS server takes.`,
      )
    }
    const lanes = await this.#group(targets)
    this.#ready.length = 0
    this.#ready.push(...lanes)
    this.#parked = 0
    const flushes = new FlushPace(connection, () => this.#notify())

    while (this.#ready.length > 0 || this.#parked > 0) {
      if (performance.now() >= this.#deadline) break
      if (!connection.up) {
        for (const lane of lanes) this.#refuseUnsent(lane)
        break
      }
      const lane = flushes.full ? undefined : this.#ready.shift()
      if (lane === undefined) {
        await this.#sleepUntil(this.#deadline)
        continue
      }
      flushes.count(...this.#publishNext(connection, replyPrefix, lane))
      if (lane.next < lane.identities.length) this.#queue(lane)
      if (this.#budget.exhausted) await this.#budget.renew()
    }
    if (!this.#options.receipts) await this.#confirmHandOver(connection)
  }

  /** Enters every target with its status and sorts them into lanes. */
  async #group(targets: readonly DeliveryTarget[]): Promise<readonly Lane[]> {
    const lanes = new Map<string | null, Lane>()
    const seen = this.#statuses.size > 0 ? new Set<string>() : null
    for (const [index, { identity, gateway }] of targets.entries()) {
      if (index % 256 === 255 && this.#budget.exhausted) await this.#budget.renew()
      if (seen === null ? this.#statuses.has(identity) : seen.has(identity)) continue
      seen?.add(identity)
      if (!this.#statuses.has(identity)) this.#statuses.set(identity, 'TIMEOUT')
      let lane = lanes.get(gateway)
      if (lane === undefined) {
        lane = { gateway, identities: [], next: 0, unansweredBytes: 0, parked: false }
        lanes.set(gateway, lane)
      }
      lane.identities.push(identity)
    }
    this.#remaining = 0
    for (const lane of lanes.values()) this.#remaining += lane.identities.length
    return [...lanes.values()]
  }

  /** Sends a lane's next message; gives how many messages and bytes that was. */
  #publishNext(connection: Connection, replyPrefix: string, lane: Lane): [number, number] {
    const { payload } = this.#message
    const { gateway } = lane
    if (gateway === null) {
      const identity = lane.identities[lane.next]
      lane.next += 1
      if (identity === undefined) return [0, 0]
      const subject = identitySubject(this.#subjectPrefix, identity)
      const batch = { lane, identities: [identity], bytes: payload.length, answered: false }
      this.#publish(connection, replyPrefix, subject, payload, this.#identityHeaders, batch)
      return [1, payload.length + 256]
    }
    const room = connection.maxPayloadBytes - headerBytes(this.#gatewayHeaders) - payload.length
    const end = endOfBatch(lane, Math.min(room, Math.max(MIN_LIST_BYTES, payload.length)))
    const identities = lane.identities.slice(lane.next, end)
    if (identities.length === 0) {
      const tooLong = lane.identities[lane.next]
      lane.next += 1
      if (tooLong !== undefined) this.#settle(tooLong, false)
      return [0, 0]
    }
    lane.next = end
    const body = encodeGatewayBody(payload, identities)
    const batch = { lane, identities, bytes: body.length, answered: false }
    lane.unansweredBytes += this.#options.receipts ? body.length : 0
    this.#publish(connection, replyPrefix, gateway, body, this.#gatewayHeaders, batch)
    return [1, body.length + 256]
  }

  #publish(
    { nats }: Connection,
    replyPrefix: string,
    subject: string,
    body: Uint8Array,
    headers: MsgHdrs,
    batch: Batch,
  ): void {
    const index = this.#sent.push(batch) - 1
    const reply = this.#options.receipts ? replyPrefix + index : ''
    try {
      nats.publish(subject, body, { headers, reply })
    } catch {
      this.#release(batch.lane, batch.bytes)
      for (const identity of batch.identities) this.#settle(identity, false)
    }
  }

  #queue(lane: Lane): void {
    if (lane.unansweredBytes < LANE_WINDOW_BYTES) this.#ready.push(lane)
    else {
      lane.parked = true
      this.#parked += 1
    }
  }

  #release(lane: Lane, bytes: number): void {
    if (lane.gateway !== null) lane.unansweredBytes -= bytes
    if (!lane.parked || lane.unansweredBytes >= LANE_WINDOW_BYTES) return
    lane.parked = false
    this.#parked -= 1
    this.#ready.push(lane)
    this.#notify()
  }

  #refuseUnsent(lane: Lane): void {
    for (const identity of lane.identities.slice(lane.next)) this.#settle(identity, false)
    lane.next = lane.identities.length
  }

  #settle(identity: string, handled: boolean): void {
    const status = this.#statuses.get(identity)
    const final = status !== 'TIMEOUT' && !(this.#resendable && status === 'FAILED')
    if (final) return
    this.#statuses.set(identity, handled ? 'DELIVERED' : 'FAILED')
    if (handled || !this.#resendable) this.#remaining -= 1
    if (this.#remaining === 0) this.#notify()
  }

  async #waitForReceipts(until: number): Promise<void> {
    while (this.#remaining > 0 && performance.now() < until) await this.#sleepUntil(until)
  }

  /** Without receipts the flush is the proof that the broker has everything. */
  async #confirmHandOver(connection: Connection): Promise<void> {
    const flushes = new FlushPace(connection, () => this.#notify())
    flushes.flush()
    while (!flushes.settled && performance.now() < this.#deadline) {
      await this.#sleepUntil(this.#deadline)
    }
    if (!flushes.succeeded) return
    for (const { identities } of this.#sent) {
      for (const identity of identities) {
        if (this.#statuses.get(identity) === 'TIMEOUT') this.#statuses.set(identity, 'PENDING')
      }
    }
  }

  #notify(): void {
    this.#wake?.()
  }

  /** Sleeps until something happened or `until` (by `performance.now()`) has come. */
  async #sleepUntil(until: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(0, Math.ceil(until - performance.now())))
    })
    clearTimeout(timer)
    this.#wake = null
  }
}

/** Where the identities that fit into `maxBytes` as lines end. */
function endOfBatch({ identities, next }: Lane, maxBytes: number): number {
  let bytes = -1
  let end = next
  for (; end < identities.length; end += 1) {
    bytes += Buffer.byteLength(identities[end] ?? '') + 1
    if (bytes > maxBytes) break
  }
  return end
}

/** Keeps no more than two flush intervals' worth of bytes on the way to the broker. */
class FlushPace {
  readonly #connection: Connection
  readonly #onChange: () => void
  #messages = 0
  #bytes = 0
  #pending = false
  settled = false
  succeeded = false

  constructor(connection: Connection, onChange: () => void) {
    this.#connection = connection
    this.#onChange = onChange
  }

  /** Whether to wait before more is sent. */
  get full(): boolean {
    return (
      this.#pending && (this.#bytes >= FLUSH_AFTER_BYTES || this.#messages >= FLUSH_AFTER_MESSAGES)
    )
  }

  count(messages: number, bytes: number): void {
    this.#messages += messages
    this.#bytes += bytes
    const due = this.#bytes >= FLUSH_AFTER_BYTES || this.#messages >= FLUSH_AFTER_MESSAGES
    if (due && !this.#pending) this.flush()
  }

  flush(): void {
    this.#messages = 0
    this.#bytes = 0
    this.#pending = true
    this.#connection.nats.flush().then(
      () => this.#settle(true),
      () => this.#settle(false),
    )
  }

  #settle(succeeded: boolean): void {
    this.#pending = false
    this.settled = true
    this.succeeded = succeeded
    this.#onChange()
  }
}
