import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { isIdentity } from '../identity.ts'
import { groupIntoLanes, groupOpen, type Lane, openTargets, takeBatch } from '../lanes.ts'
import { lookUpOpen } from '../look-up.ts'
import type { DeliveryStatus, DeliveryTarget, OutgoingMessage, SendOptions } from '../messenger.ts'
import { OwnGateways } from '../own-gateways.ts'
import { settledWithin } from '../settled-within.ts'
import { WakeUp } from '../wake-up.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection, ConnectionPool } from './connections.ts'
import { FlushPace } from './flush-pace.ts'
import { LaneQueue } from './lane-queue.ts'
import { type Answer, readAnswer } from './read-answer.ts'
import type { Ranges } from './receipt.ts'
import type { ReplyReceiver } from './reply-inbox.ts'
import { type SentMessage, SentMessages } from './sent-messages.ts'
import type { Subjects } from './subjects.ts'
import {
  encodeGatewayBody,
  gatewayHeaders,
  headerBytes,
  identityHeaders,
  MOST_RECIPIENTS,
  type MessageMarks,
  payloadTooLarge,
} from './wire.ts'

/** How long one turn of the event loop may go on sending, in ms. */
const TURN_BUDGET_MS = 1
/** When at-least-once sends again to those without a receipt, in ms; doubles up to the maximum. */
const FIRST_RESEND_MS = 200
const MAX_RESEND_MS = 2_000

/** A connection that a multicast uses, and its bytes in flight. */
interface Way {
  readonly connection: Connection
  readonly replyPrefix: string
  readonly close: () => void
  readonly pace: FlushPace
}

/** One multicast on its way: groups targets, sends within the limits, and collects receipts. */
export class FanOut implements ReplyReceiver {
  readonly #message: OutgoingMessage
  readonly #subjects: Subjects
  readonly #warnings: Warnings
  readonly #options: SendOptions
  readonly #marks: MessageMarks
  readonly #deadline: number
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #identityHeaders: MsgHdrs
  readonly #statuses: DeliveryStatuses
  readonly #sent: SentMessages
  readonly #ways = new Map<Connection, Way>()
  readonly #wakeUp = new WakeUp()
  readonly #gateways: OwnGateways
  #queue = new LaneQueue([], () => {})

  constructor(
    message: OutgoingMessage,
    subjects: Subjects,
    warnings: Warnings,
    options: SendOptions,
  ) {
    this.#message = message
    this.#subjects = subjects
    this.#warnings = warnings
    this.#gateways = new OwnGateways((gateway) => subjects.isGateway(gateway), warnings)
    this.#options = options
    const resendable = options.delivery !== 'at-most-once'
    this.#marks = { id: message.id, resendable, repeatable: message.repeatable ?? false }
    this.#deadline = performance.now() + options.timeoutMs
    this.#statuses = new DeliveryStatuses({ retried: resendable })
    this.#sent = new SentMessages({ resent: resendable })
    this.#identityHeaders = identityHeaders(this.#marks)
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
    const { resendable } = this.#marks
    try {
      let lanes = this.#ownLanes(await groupIntoLanes(targets, this.#statuses, this.#budget))
      for (let resendMs = FIRST_RESEND_MS; ; resendMs = Math.min(2 * resendMs, MAX_RESEND_MS)) {
        const roundEnd = resendable
          ? Math.min(performance.now() + resendMs, this.#deadline)
          : this.#deadline
        const connection = pool.pick()
        if (connection !== undefined) await this.#sendRound(connection, lanes, roundEnd)
        else if (!resendable) throw pool.unavailable()
        if (this.#options.receipts) await this.#waitForReceipts(roundEnd)
        if (!resendable || this.#statuses.remaining === 0) break
        if (performance.now() >= this.#deadline) break
        lanes = await this.#lanesOfResend(lanes)
      }
      if (this.#ways.size === 0) throw pool.unavailable()
      return this.#statuses.end()
    } finally {
      for (const { close } of this.#ways.values()) close()
    }
  }

  onReply(index: number, reply: Msg): void {
    const sent = this.#sent.get(index)
    if (sent === undefined) return
    const answer = readAnswer(reply, sent.lane.gateway !== null, sent.identities.length)
    if (answer === null) return
    if ('malformed' in answer) {
      this.#warnings.warn(
        'MALFORMED_RECEIPT',
        `A receipt for a message to ${sent.subject} was ignored: ${answer.malformed}.`,
      )
    } else this.#settle(sent, answer)
  }

  onRefused(subject: string): void {
    for (const sent of this.#sent.takeBySubject(subject)) {
      this.#settle(sent, { handled: [], refused: [0, sent.identities.length - 1] })
    }
  }

  /** Refuses targets whose gateway is outside the namespace: nothing is sent to foreign subjects. */
  #ownLanes(lanes: readonly Lane[]): readonly Lane[] {
    return lanes.filter(({ gateway, identities }) => {
      if (this.#gateways.has(gateway, identities[0])) return true
      for (const identity of identities) this.#statuses.settle(identity, false)
      return false
    })
  }

  /** Sends to each target once, within the round's time and as the connection allows. */
  async #sendRound(
    connection: Connection,
    lanes: readonly Lane[],
    roundEnd: number,
  ): Promise<void> {
    const { length: payloadBytes } = this.#message.payload
    const headers = gatewayHeaders(this.#marks, payloadBytes, MOST_RECIPIENTS)
    const room = connection.maxPayloadBytes - payloadBytes - headerBytes(headers)
    if (room < 1) {
      throw payloadTooLarge(payloadBytes, connection.maxPayloadBytes)
    }
    const way = this.#wayBy(connection)
    const lossesBefore = connection.losses
    this.#sent.startRound()
    this.#queue = new LaneQueue(lanes, () => this.#wakeUp.notify())
    while (!this.#queue.isEmpty) {
      const now = performance.now()
      if (now >= this.#deadline) break
      if (!connection.up) {
        for (const lane of lanes) this.#refuseUnsent(lane)
        break
      }
      if (way.pace.full || !this.#queue.hasReady) {
        // A silent gateway must not delay resends to others.
        if (now >= roundEnd) break
        await this.#wakeUp.sleepUntil(roundEnd)
        continue
      }
      const lane = this.#queue.take()
      if (lane === undefined) continue
      way.pace.count(1, this.#sendNext(way, lane, room))
      if (lane.next < lane.identities.length) this.#queue.add(lane)
      if (this.#budget.exhausted) await this.#budget.renew()
    }
    this.#queue.end()
    if (!this.#options.receipts) await this.#confirmHandOver(connection, lossesBefore)
  }

  #wayBy(connection: Connection): Way {
    let way = this.#ways.get(connection)
    if (way === undefined) {
      const pace = new FlushPace(connection, () => this.#wakeUp.notify())
      way = { connection, pace, ...connection.inbox.open(this) }
      this.#ways.set(connection, way)
    }
    return way
  }

  /** Sends a lane's next message; gives how many bytes that was. */
  #sendNext(way: Way, lane: Lane, room: number): number {
    const { payload } = this.#message
    if (lane.gateway === null) {
      const identity = lane.identities[lane.next] ?? ''
      lane.next += 1
      if (!isIdentity(identity)) {
        this.#statuses.settle(identity, false)
        return 0
      }
      const subject = this.#subjects.identity(identity)
      const sent = { lane, subject, identities: [identity], bytes: 0, answered: false }
      this.#publish(way, sent, payload, this.#identityHeaders)
      return payload.length
    }
    const identities = takeBatch(lane, room, payload.length)
    if (identities.length === 0) {
      this.#statuses.settle(lane.identities[lane.next] ?? '', false)
      lane.next += 1
      return 0
    }
    const body = encodeGatewayBody(payload, identities)
    const headers = gatewayHeaders(this.#marks, payload.length, identities.length)
    const { length: bytes } = body
    if (this.#options.receipts) lane.unansweredBytes += bytes
    this.#publish(
      way,
      { lane, subject: lane.gateway, identities, bytes, answered: false },
      body,
      headers,
    )
    return bytes
  }

  #publish(
    { connection, replyPrefix }: Way,
    sent: SentMessage,
    body: Uint8Array,
    headers: MsgHdrs,
  ): void {
    const index = this.#sent.add(sent)
    try {
      const reply = this.#options.receipts ? replyPrefix + index : ''
      connection.nats.publish(sent.subject, body, { headers, reply })
    } catch {
      this.#settle(sent, { handled: [], refused: [0, sent.identities.length - 1] })
    }
  }

  #refuseUnsent(lane: Lane): void {
    for (const identity of lane.identities.slice(lane.next)) this.#statuses.settle(identity, false)
    lane.next = lane.identities.length
  }

  #settle(sent: SentMessage, { handled, refused }: Answer): void {
    if (!sent.answered) {
      sent.answered = true
      this.#queue.release(sent.lane, sent.bytes)
    }
    this.#settleRanges(sent, handled, true)
    this.#settleRanges(sent, refused, false)
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  #settleRanges({ identities }: SentMessage, ranges: Ranges, handled: boolean): void {
    for (let index = 0; index < ranges.length; index += 2) {
      const last = ranges[index + 1] ?? -1
      for (let position = ranges[index] ?? 0; position <= last; position += 1) {
        this.#statuses.settle(identities[position] ?? '', handled)
      }
    }
  }

  async #waitForReceipts(until: number): Promise<void> {
    while (performance.now() < until) {
      if (this.#statuses.remaining === 0) return
      await this.#wakeUp.sleepUntil(until)
    }
  }

  /** The open targets at their current gateways, or at their last known ones if the look-up fails. */
  async #lanesOfResend(lanes: readonly Lane[]): Promise<readonly Lane[]> {
    const known = openTargets(lanes, this.#statuses)
    const targets = await lookUpOpen(this.#options.lookUp, known, this.#statuses, this.#deadline)
    return this.#ownLanes(await groupOpen(targets, this.#statuses, this.#budget))
  }

  /** Without receipts, a flush is the proof that the broker has everything. */
  async #confirmHandOver(connection: Connection, lossesBefore: number): Promise<void> {
    let confirmed = false
    const flushed = connection.nats.flush().then(() => (confirmed = true))
    await settledWithin([flushed], Math.max(0, this.#deadline - performance.now()))
    // A flush on a new connection says nothing about losses on the previous one.
    if (!confirmed || connection.losses > lossesBefore) return
    for (const { identities } of this.#sent.values()) {
      for (const identity of identities) this.#statuses.handOver(identity)
    }
  }
}
