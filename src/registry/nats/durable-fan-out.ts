import { JetStreamApiError } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import { DeliveryStatuses } from '../delivery-statuses.ts'
import { RegistryError } from '../errors.ts'
import { EventLoopBudget } from '../event-loop-budget.ts'
import type { DeliveryStatus, DeliveryTarget, OutgoingMessage, SendOptions } from '../messenger.ts'
import { WakeUp } from '../wake-up.ts'
import type { Connection } from './connections.ts'
import type { DurableStreams } from './durability.ts'
import { groupIntoLanes, type Lane, takeBatch } from '../lanes.ts'
import type { ReplyReceiver } from './reply-inbox.ts'
import type { Subjects } from './subjects.ts'
import { decodeReceipt, forEachPosition } from './receipt.ts'
import { encodeGatewayBody, gatewayHeaders, RECEIPT_TO_HEADER } from './wire.ts'

const TURN_BUDGET_MS = 1
/** How many messages may wait for JetStream to say that it has them. */
const PUBLISHES_IN_FLIGHT = 16
/** How long to wait for JetStream before publishing again, with the same id, in ms. */
const PUBLISH_TIMEOUT_MS = 2_000
const PUBLISH_AGAIN_MS = 100
/** What headers may take besides the body, in bytes; generous. */
const HEADER_ROOM_BYTES = 1_024

/** One message of the multicast: whom it is for, under an id that no other message has. */
interface Batch {
  readonly identities: readonly string[]
  readonly publish: (timeoutMs: number) => Promise<unknown>
}

/**
 * One exactly-once multicast on its way: stores a message for each gateway, and waits for the
 * gateways to tell that they handled it.
 */
export class DurableFanOut implements ReplyReceiver {
  readonly #message: OutgoingMessage
  readonly #subjects: Subjects
  readonly #deadline: number
  readonly #statuses = new DeliveryStatuses({ retried: false })
  readonly #batches: Batch[] = []
  readonly #wakeUp = new WakeUp()

  constructor(message: OutgoingMessage, subjects: Subjects, { timeoutMs }: SendOptions) {
    this.#message = message
    this.#subjects = subjects
    this.#deadline = performance.now() + timeoutMs
  }

  async run(
    connection: Connection,
    streams: DurableStreams,
    targets: readonly DeliveryTarget[],
  ): Promise<ReadonlyMap<string, DeliveryStatus>> {
    const { replyPrefix, close } = connection.inbox.open(this)
    try {
      const budget = new EventLoopBudget(TURN_BUDGET_MS)
      for (const lane of await groupIntoLanes(targets, this.#statuses, budget)) {
        await this.#split(connection, streams, replyPrefix, lane, budget)
      }
      const queue = this.#batches.values()
      await Promise.all(
        Array.from({ length: PUBLISHES_IN_FLIGHT }, async () => {
          for (const batch of queue) await this.#store(connection, batch)
        }),
      )
      while (this.#statuses.remaining > 0 && performance.now() < this.#deadline) {
        await this.#wakeUp.sleepUntil(this.#deadline)
      }
      return this.#statuses.end()
    } finally {
      close()
    }
  }

  onReply(index: number, reply: Msg): void {
    const batch = this.#batches[index]
    if (batch === undefined) return
    const { identities } = batch
    const receipt = decodeReceipt(reply.data, identities.length)
    if (receipt === null) return
    forEachPosition(receipt.handled, (position) => {
      this.#statuses.settle(identities[position] ?? '', true)
    })
    if (this.#statuses.remaining === 0) this.#wakeUp.notify()
  }

  onRefused(): void {
    // JetStream answers what is published to it, so that a refusal comes by that way.
  }

  #refuse(identities: readonly string[]): void {
    for (const identity of identities) this.#statuses.settle(identity, false)
  }

  /** Makes the messages of a lane; the same multicast always makes the same ones. */
  async #split(
    { maxPayloadBytes }: Connection,
    { client }: DurableStreams,
    replyPrefix: string,
    lane: Lane,
    budget: EventLoopBudget,
  ): Promise<void> {
    const { id, payload } = this.#message
    const name = this.#subjects.durableGatewayName(lane.gateway)
    if (name === null) {
      this.#refuse(lane.identities)
      return
    }
    const subject = this.#subjects.durable(name)
    const room = maxPayloadBytes - payload.length - HEADER_ROOM_BYTES
    while (lane.next < lane.identities.length) {
      if (budget.exhausted) await budget.renew()
      const msgID = `${id}.${name}.${lane.next}`
      const identities = takeBatch(lane, room, payload.length)
      if (identities.length === 0) {
        throw new RegistryError(
          'INVALID_ARGUMENT',
          `The payload of ${payload.length} bytes and its headers are more than the ${maxPayloadBytes} bytes that the NATS server takes.`,
        )
      }
      const marks = { id, resendable: true, repeatable: this.#message.repeatable ?? false }
      const headers = gatewayHeaders(marks, payload.length, identities.length)
      headers.set(RECEIPT_TO_HEADER, `${replyPrefix}${this.#batches.length}`)
      this.#batches.push({
        identities,
        publish: (timeout) =>
          client.publish(subject, encodeGatewayBody(payload, identities), {
            msgID,
            headers,
            timeout,
          }),
      })
    }
  }

  /** Publishes until JetStream has the message, refuses it, or the time is over. */
  async #store(connection: Connection, { identities, publish }: Batch): Promise<void> {
    for (;;) {
      const leftMs = this.#deadline - performance.now()
      if (leftMs <= 0) return
      try {
        if (connection.up) {
          await publish(Math.max(1, Math.min(PUBLISH_TIMEOUT_MS, leftMs)))
          for (const identity of identities) this.#statuses.handOver(identity)
          return
        }
      } catch (error) {
        if (error instanceof JetStreamApiError) {
          this.#refuse(identities)
          return
        }
      }
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(PUBLISH_AGAIN_MS, leftMs))
      })
    }
  }
}
