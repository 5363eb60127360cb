import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { DeliveryStatus, DeliveryTarget, OutgoingMessage, SendOptions } from '../messenger.ts'
import { settledWithin } from '../settled-within.ts'
import { WakeUp } from '../wake-up.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection, ConnectionPool } from './connections.ts'
import { FlushPace } from './flush-pace.ts'
import { groupIntoLanes, type Lane, takeBatch, undeliveredLanes } from '../lanes.ts'
import type { ReplyReceiver } from './reply-inbox.ts'
import type { Subjects } from './subjects.ts'
import {
  decodeReceipt,
  encodeGatewayBody,
  ERROR_HEADER,
  gatewayHeaders,
  headerBytes,
  identityHeaders,
} from './wire.ts'

/** How long one turn of the event loop may go on sending, in ms. */
const TURN_BUDGET_MS = 1
/** What may be on the way to one gateway without a receipt, in bytes. */
const LANE_WINDOW_BYTES = 8 * 1024 * 1024
/** When at-least-once sends again to those without a receipt, in ms; doubles up to the maximum. */
const FIRST_RESEND_MS = 200
const MAX_RESEND_MS = 2_000

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
  readonly #subjects: Subjects
  readonly #warnings: Warnings
  readonly #receipts: boolean
  readonly #resendable: boolean
  readonly #deadline: number
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #identityHeaders: MsgHdrs
  readonly #gatewayHeaders: MsgHdrs
  readonly #statuses: DeliveryStatuses
  readonly #sent: Batch[] = []
  readonly #wakeUp = new WakeUp()
  #ready: Lane[] = []
  #parked = 0

  constructor(
    message: OutgoingMessage,
    subjects: Subjects,
    warnings: Warnings,
    options: SendOptions,
  ) {
    this.#message = message
    this.#subjects = subjects
    this.#warnings = warnings
    this.#receipts = options.receipts
    this.#resendable = options.delivery !== 'at-most-once'
    this.#deadline = performance.now() + options.timeoutMs
    this.#statuses = new DeliveryStatuses({ retried: this.#resendable })
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
    try {
      let lanes = this.#ownLanes(await groupIntoLanes(targets, this.#statuses, this.#budget))
      for (let resendMs = FIRST_RESEND_MS; ; resendMs = Math.min(2 * resendMs, MAX_RESEND_MS)) {
        const roundEnd = this.#resendable
          ? Math.min(performance.now() + resendMs, this.#deadline)
          : this.#deadline
        const connection = pool.pick()
        if (connection !== undefined) {
          sentAnything = true
          const { replyPrefix, close } = connection.inbox.open(this)
          closings.push(close)
          await this.#sendRound(connection, replyPrefix, lanes)
        } else if (!this.#resendable) throw pool.unavailable()
        if (this.#receipts) await this.#waitForReceipts(roundEnd)
        if (!this.#resendable || this.#statuses.remaining === 0) break
        if (performance.now() >= this.#deadline) break
        lanes = undeliveredLanes(lanes, this.#statuses)
      }
      if (!sentAnything) throw pool.unavailable()
      return this.#statuses.end()
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
    for (const { lane, identities } of this.#sent) {
      for (const identity of identities) {
        const sentTo = lane.gateway ?? this.#subjects.identity(identity)
        if (sentTo === subject) this.#settle(identity, false)
      }
    }
  }

  /** Refuses the targets whose gateway is not one of the namespace: nothing is sent to any other subject. */
  #ownLanes(lanes: readonly Lane[]): readonly Lane[] {
    return lanes.filter(({ gateway, identities }) => {
      if (gateway === null || this.#subjects.isGateway(gateway)) return true
      for (const identity of identities) this.#settle(identity, false)
      this.#warnings.warn(
        'FOREIGN_GATEWAY',
        `${identities.length} identities, such as "${identities[0]}", name the gateway ${JSON.stringify(gateway.slice(0, 80))}, which is not one of the namespace "${this.#subjects.namespace}": nothing was sent there.`,
      )
      return false
    })
  }

  /** Sends to each target once, as far as the deadline and the connection allow. */
  async #sendRound(
    connection: Connection,
    replyPrefix: string,
    lanes: readonly Lane[],
  ): Promise<void> {
    const { length: payloadBytes } = this.#message.payload
    const room = connection.maxPayloadBytes - payloadBytes - headerBytes(this.#gatewayHeaders)
    if (room < 1) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `The payload of ${payloadBytes} bytes and its headers are more than the ${connection.maxPayloadBytes} bytes that the NATS server takes.`,
      )
    }
    this.#ready = [...lanes]
    this.#parked = 0
    const pace = new FlushPace(connection, () => this.#wakeUp.notify())
    while (this.#ready.length > 0 || this.#parked > 0) {
      if (performance.now() >= this.#deadline) break
      if (!connection.up) {
        for (const lane of lanes) this.#refuseUnsent(lane)
        break
      }
      const lane = pace.full ? undefined : this.#ready.shift()
      if (lane === undefined) {
        await this.#wakeUp.sleepUntil(this.#deadline)
        continue
      }
      const bytes = this.#sendNext(connection, replyPrefix, lane, room)
      pace.count(1, bytes)
      if (lane.next < lane.identities.length) this.#queue(lane)
      if (this.#budget.exhausted) await this.#budget.renew()
    }
    if (!this.#receipts) await this.#confirmHandOver(connection)
  }

  /** Sends a lane's next message; gives how many bytes that was. */
  #sendNext(connection: Connection, replyPrefix: string, lane: Lane, room: number): number {
    const { payload } = this.#message
    if (lane.gateway === null) {
      const identity = lane.identities[lane.next] ?? ''
      lane.next += 1
      const batch = { lane, identities: [identity], bytes: payload.length, answered: false }
      const subject = this.#subjects.identity(identity)
      this.#publish(connection, replyPrefix, subject, payload, this.#identityHeaders, batch)
      return payload.length
    }
    const identities = takeBatch(lane, room, payload.length)
    if (identities.length === 0) {
      this.#settle(lane.identities[lane.next] ?? '', false)
      lane.next += 1
      return 0
    }
    const body = encodeGatewayBody(payload, identities)
    const batch = { lane, identities, bytes: body.length, answered: false }
    if (this.#receipts) lane.unansweredBytes += body.length
    this.#publish(connection, replyPrefix, lane.gateway, body, this.#gatewayHeaders, batch)
    return body.length
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
    try {
      nats.publish(subject, body, { headers, reply: this.#receipts ? replyPrefix + index : '' })
    } catch {
      batch.answered = true
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
    lane.unansweredBytes -= bytes
    if (!lane.parked || lane.unansweredBytes >= LANE_WINDOW_BYTES) return
    lane.parked = false
    this.#parked -= 1
    this.#ready.push(lane)
    this.#wakeUp.notify()
  }

  #refuseUnsent(lane: Lane): void {
    for (const identity of lane.identities.slice(lane.next)) this.#settle(identity, false)
    lane.next = lane.identities.length
    lane.parked = false
  }

  #settle(identity: string, handled: boolean): void {
    this.#statuses.settle(identity, handled)
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  async #waitForReceipts(until: number): Promise<void> {
    while (performance.now() < until) {
      if (this.#statuses.remaining === 0) return
      await this.#wakeUp.sleepUntil(until)
    }
  }

  /** Without receipts, a flush is the proof that the broker has everything. */
  async #confirmHandOver({ nats }: Connection): Promise<void> {
    let confirmed = false
    const flushed = nats.flush().then(() => (confirmed = true))
    await settledWithin([flushed], Math.max(0, this.#deadline - performance.now()))
    if (!confirmed) return
    for (const { identities } of this.#sent) {
      for (const identity of identities) this.#statuses.handOver(identity)
    }
  }
}
