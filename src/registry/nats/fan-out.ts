import type { Msg } from '@nats-io/transport-node'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import { type Lane, lanesOf, nextPiece, Piece } from '../lanes.ts'
import type { DeliveryReport, OutgoingMessage, SendOptions } from '../messenger.ts'
import { OwnGateways } from '../own-gateways.ts'
import { bitmapOf } from '../targets/bitmap.ts'
import { membersAt } from '../targets/ranges.ts'
import { stoppableSend } from '../stoppable-send.ts'
import type { TargetSet } from '../targets/target-set.ts'
import { WakeUp } from '../waiting.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Warnings } from '../warnings.ts'
import type { Connection } from './connection.ts'
import type { ConnectionPool } from './connections.ts'
import { type HeldNames, SILENT_PROCESS } from './held-names.ts'
import { LaneQueue } from './lane-queue.ts'
import { type NextMessage, NextMessages } from './next-messages.ts'
import { type Answer, readAnswer } from './receipt.ts'
import type { ReplyReceiver } from './reply-inbox.ts'
import { Resends } from './resends.ts'
import { type SentMessage, SentMessages } from './sent-messages.ts'
import type { Subjects } from './subjects.ts'
import { Way } from './way.ts'
import type { Span } from '@opentelemetry/api'
import type { MessageSpans } from '../telemetry/message-spans.ts'
import { traceBytes, writeTrace } from '../telemetry/trace-headers.ts'
import {
  gatewayHeaders,
  headerBytes,
  MAX_NAME_BYTES,
  MAX_RECIPIENTS,
  type MessageMarks,
  payloadTooLarge,
} from './wire.ts'

/** Maximum time per turn of the event loop for sending, in ms. */
const TURN_BUDGET_MS = 1
/** Delay before at-least-once resends to targets without a receipt, in ms; doubles up to the maximum. */
const FIRST_RESEND_MS = 200
const MAX_RESEND_MS = 2_000

/** The shared parts of one messenger's fan-outs. */
export interface FanOutParts {
  readonly subjects: Subjects
  readonly warnings: Warnings
  readonly telemetry: Telemetry
  readonly heldNames: HeldNames
}

/** One multicast in progress: groups targets, sends within the limits, and collects receipts. */
export class FanOut implements ReplyReceiver {
  readonly #message: OutgoingMessage
  readonly #targets: TargetSet
  readonly #warnings: Warnings
  readonly #heldNames: HeldNames
  readonly #messages: NextMessages
  readonly #options: SendOptions
  readonly #marks: MessageMarks
  readonly #deadline: number
  readonly #budget: EventLoopBudget
  readonly #statuses: DeliveryStatuses
  readonly #sent: SentMessages
  readonly #ways = new Map<Connection, Way>()
  readonly #wakeUp = new WakeUp()
  readonly #gateways: OwnGateways
  readonly #resends: Resends
  /** `null` outside of a trace. */
  readonly #spans: MessageSpans | null
  /** Whether messages have room for their trace. */
  #carriesTrace = false
  #queue = new LaneQueue([], () => {})

  constructor(
    message: OutgoingMessage,
    targets: TargetSet,
    { subjects, warnings, telemetry, heldNames }: FanOutParts,
    options: SendOptions,
  ) {
    this.#message = message
    this.#targets = targets
    this.#warnings = warnings
    this.#heldNames = heldNames
    this.#gateways = new OwnGateways((gateway) => subjects.isGateway(gateway), warnings)
    this.#options = options
    this.#budget = new EventLoopBudget(TURN_BUDGET_MS, options.signal)
    const resendable = options.delivery !== 'at-most-once'
    this.#marks = { id: message.id, resendable, repeatable: message.repeatable ?? false }
    this.#deadline = performance.now() + options.timeoutMs
    this.#statuses = new DeliveryStatuses(targets, { retried: resendable })
    this.#sent = new SentMessages({ resent: resendable })
    const { lookUp, signal } = options
    this.#resends = new Resends({
      targets,
      statuses: this.#statuses,
      lookUp,
      signal,
      deadline: this.#deadline,
      budget: this.#budget,
    })
    const holders = options.receipts ? heldNames : null
    this.#messages = new NextMessages(message.payload, this.#marks, subjects, holders)
    this.#spans = telemetry.messages()
  }

  /**
   * Sends to all targets and waits for receipts.
   * @throws RegistryError `UNAVAILABLE` if no connection was up; `INVALID_ARGUMENT` if the payload exceeds
   *   the server's limit; the reason of `options.signal`.
   */
  run(pool: ConnectionPool): Promise<DeliveryReport> {
    return stoppableSend(this.#options, this.#statuses, this.#wakeUp, () => this.#run(pool))
  }

  async #run(pool: ConnectionPool): Promise<DeliveryReport> {
    const { resendable } = this.#marks
    try {
      let lanes = this.#ownLanes(await lanesOf(this.#targets, this.#budget))
      for (let resendMs = FIRST_RESEND_MS; ; resendMs = Math.min(2 * resendMs, MAX_RESEND_MS)) {
        const roundEnd = resendable
          ? Math.min(performance.now() + resendMs, this.#deadline)
          : this.#deadline
        const connection = pool.pick()
        if (connection !== undefined) await this.#round(connection, lanes, roundEnd)
        else if (!resendable) throw pool.unavailable()
        else if (this.#options.receipts) await this.#waitForReceipts(roundEnd)
        if (!resendable || this.#statuses.remaining === 0) break
        if (performance.now() >= this.#deadline) break
        lanes = this.#ownLanes(await this.#resends.lanesAfter(lanes))
      }
      if (this.#ways.size === 0) throw pool.unavailable()
      return this.#statuses.end()
    } finally {
      this.#spans?.endAll(this.#missing())
      for (const way of this.#ways.values()) way.close()
    }
  }

  /** Why answers are missing; `null` if nobody needs them. */
  #missing(): 'ABORTED' | 'TIMEOUT' | null {
    const { receipts, signal } = this.#options
    if (!receipts || this.#statuses.remaining === 0) return null
    return signal?.aborted === true ? 'ABORTED' : 'TIMEOUT'
  }

  onReply(index: number, reply: Msg): void {
    const sent = this.#sent.get(index)
    if (sent === undefined) return
    const answer = readAnswer(reply, sent.how !== 'by subject', sent.count)
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
      this.#settle(sent, { handled: [], refused: [0, sent.count - 1] })
    }
  }

  /** Keeps the lanes to gateways of the namespace, and refuses the targets of all others. */
  #ownLanes(lanes: readonly Lane[]): readonly Lane[] {
    const own: Lane[] = []
    for (const lane of lanes) {
      if (this.#gateways.accept(lane.gateway, lane.pieces[0]?.first)) own.push(lane)
      else this.#refuseUnsent(lane)
    }
    return own
  }

  /**
   * Sends to each target once, as fast as the connection allows, and waits for receipts until the round
   * ends.
   */
  async #round(connection: Connection, lanes: readonly Lane[], roundEnd: number): Promise<void> {
    const { length: payloadBytes } = this.#message.payload
    const headers = gatewayHeaders(this.#marks, payloadBytes, MAX_RECIPIENTS)
    const allRoom = connection.maxPayloadBytes - payloadBytes - headerBytes(headers)
    if (allRoom < 1) throw payloadTooLarge(payloadBytes, connection.maxPayloadBytes)
    const room = allRoom - this.#traceBytes(allRoom)
    const way = this.#wayBy(connection)
    this.#sent.startRound()
    this.#queue = new LaneQueue(lanes, () => this.#wakeUp.notify())
    for (;;) {
      this.#options.signal?.throwIfAborted()
      const now = performance.now()
      if (now >= this.#deadline) break
      if (!connection.up) for (const lane of lanes) this.#refuseUnsent(lane)
      const lane = way.isFull ? undefined : this.#queue.take()
      if (lane !== undefined) {
        this.#sendNext(way, lane, room)
        if (nextPiece(lane) !== undefined) this.#queue.add(lane)
        if (this.#budget.check()) await this.#budget.renew()
        continue
      }
      const isWaiting = this.#options.receipts && this.#statuses.remaining > 0
      if (this.#queue.isEmpty && !isWaiting) break
      // A silent gateway must not delay resends to others.
      if (now >= roundEnd) break
      await this.#wakeUp.sleepUntil(roundEnd)
    }
    this.#queue.end()
    if (!this.#options.receipts) await this.#confirmHandOver(way)
  }

  /** The bytes to keep for the trace in a message's headers; 0 if that would leave no room for a recipient's name. */
  #traceBytes(room: number): number {
    if (this.#spans === null) return 0
    const bytes = traceBytes(this.#spans.context)
    this.#carriesTrace = room - bytes >= MAX_NAME_BYTES
    this.#messages.trace = this.#carriesTrace ? this.#spans.context : null
    return this.#carriesTrace ? bytes : 0
  }

  #beginSpan({ how, subject, count, headers }: NextMessage): Span | null {
    if (this.#spans === null || how === 'by subject') return null
    const span = this.#spans.begin({ subject, id: this.#marks.id, recipients: count })
    if (this.#carriesTrace) writeTrace(headers, span?.spanContext() ?? this.#spans.context)
    return span
  }

  #wayBy(connection: Connection): Way {
    let way = this.#ways.get(connection)
    if (way === undefined) {
      way = new Way(connection, this, () => this.#wakeUp.notify())
      this.#ways.set(connection, way)
    }
    return way
  }

  /** Sends a lane's next message. */
  #sendNext(way: Way, lane: Lane, room: number): void {
    const next = this.#messages.take(lane, room)
    if (next === null) return
    if (next.state === 'unsendable') {
      this.#statuses.settleSlots(next.part, next.slots, false)
      return
    }
    const { receipts } = this.#options
    const bytes = next.how === 'by subject' ? 0 : next.body.length
    if (receipts) lane.unansweredBytes += bytes
    const { subject, part, slots, count, how, tells } = next
    const span = this.#beginSpan(next)
    const sent: SentMessage = {
      lane,
      subject,
      part,
      slots,
      count,
      how,
      tells,
      bytes,
      answered: false,
      ...(span === null ? {} : { span }),
    }
    const index = this.#sent.add(sent)
    if (way.publish(subject, next, receipts ? index : null)) return
    this.#settle(sent, { handled: [], refused: [0, count - 1] })
  }

  #refuseUnsent(lane: Lane): void {
    for (const piece of lane.pieces) this.#statuses.settleSlots(piece.part, piece.takeAll(), false)
  }

  #settle(sent: SentMessage, answer: Answer): void {
    const { handled, refused, by } = answer
    if (by === 'receipt') this.#noteNames(sent, answer)
    if (!sent.answered) {
      sent.answered = true
      if (sent.span !== undefined) this.#spans?.end(sent.span, by === 'receipt' ? null : 'REFUSED')
      this.#queue.release(sent.lane, sent.bytes)
    }
    const isRefused = by === 'refusal' && sent.how === 'by slot'
    if (isRefused && !sent.isHandedOut) return this.#repeatByName(sent)
    if (handled.length + refused.length > 0) sent.isHandedOut = true
    this.#statuses.settleSlots(sent.part, membersAt(sent.slots, handled), true)
    this.#statuses.settleSlots(sent.part, membersAt(sent.slots, refused), false)
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  /** Notes which names the answering process holds or lacks. */
  #noteNames(sent: SentMessage, { names }: Answer): void {
    const table = this.#targets.parts[sent.part]?.table
    if (table === undefined || sent.how === 'by subject') return
    if (names?.held === false) {
      if (sent.how !== 'by slot' || sent.isRepeated || sent.isHandedOut) return
      this.#heldNames.noteLack(table, names.by)
      this.#repeatByName(sent)
    } else if (!sent.answered && (sent.tells || sent.how === 'by slot')) {
      const told = sent.tells && names !== undefined ? sent.slots : []
      this.#heldNames.noteHeld(table, told, names?.by ?? SILENT_PROCESS)
    }
  }

  /**
   * Resends a message by name, once, because its gateway doesn't know its slots or is now a process that
   * doesn't support slots.
   */
  #repeatByName(sent: SentMessage): void {
    const { lane, part, slots, isRepeated = false, isHandedOut = false } = sent
    const table = this.#targets.parts[part]?.table
    if (table === undefined || isRepeated || isHandedOut) return
    sent.isRepeated = true
    const isQueued = nextPiece(lane) !== undefined
    lane.pieces.push(new Piece(part, table, bitmapOf(slots), true))
    if (!isQueued) this.#queue.add(lane)
    this.#wakeUp.notify()
  }

  async #waitForReceipts(until: number): Promise<void> {
    while (performance.now() < until) {
      this.#options.signal?.throwIfAborted()
      if (this.#statuses.remaining === 0) return
      await this.#wakeUp.sleepUntil(until)
    }
  }

  /** Without receipts, only the handover to the broker can be confirmed. */
  async #confirmHandOver(way: Way): Promise<void> {
    if (!(await way.flush(this.#deadline, this.#options.signal))) return
    for (const { part, slots } of this.#sent.values()) this.#statuses.handOver(part, slots)
  }
}
