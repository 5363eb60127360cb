import { setTimeout as delay } from 'node:timers/promises'
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { RegistryError } from '../../errors.ts'
import { askedAgain } from './leaderless.ts'
import { DELETION_MS, type DurableStreams, orNull, reasonOf } from './durable-streams.ts'

/** How long the server waits for a sign of life from a subscriber before it redelivers, in ms. */
export const ACK_WAIT_MS = 5_000

/** A consumer at the server. */
export interface FoundConsumer {
  /** Whether it was created just now. */
  readonly created: boolean
  /** Distinguishes it from any other consumer of the same name. */
  readonly createdAt: string
}

/** The settings of a consumer for exactly-once; the server can't change some of them later. */
type ConsumerSettings = Pick<
  ConsumerConfig,
  | 'durable_name'
  | 'filter_subject'
  | 'ack_policy'
  | 'deliver_policy'
  | 'ack_wait'
  | 'max_ack_pending'
  | 'max_deliver'
>

/** The JetStream consumer of a durable gateway: it reads the gateway's messages from the stream. */
export class DurableConsumer {
  readonly #streams: DurableStreams
  readonly #settings: ConsumerSettings & { readonly durable_name: string }

  constructor(streams: DurableStreams, gatewayName: string) {
    this.#streams = streams
    this.#settings = {
      durable_name: gatewayName,
      filter_subject: streams.subjects.durable(gatewayName),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      // One failing recipient must not block messages for others at the server.
      max_ack_pending: -1,
      max_deliver: -1,
    }
  }

  /**
   * Opens the consumer, creating it if it is missing.
   * @returns the consumer, and the last sequence number in the stream of messages.
   * @throws RegistryError `UNAVAILABLE` if the server refuses.
   */
  async open(): Promise<FoundConsumer & { readonly lastSequence: number }> {
    try {
      const consumer = await this.#ensure(await this.#find())
      return { ...consumer, lastSequence: await this.#streams.lastSequence() }
    } catch (error) {
      throw new RegistryError(
        'UNAVAILABLE',
        `JetStream refused the consumer "${this.#settings.durable_name}" of the stream "${this.#streams.subjects.messagesStream}": ${reasonOf(error)}. If a consumer of this name exists with other settings, choose another gatewayName or delete it; if the user lacks permission, permit $JS.API.CONSUMER.>.`,
        { cause: error },
      )
    }
  }

  /** Recreates the consumer if it is missing: it may just have been deleted. */
  async restore(): Promise<FoundConsumer> {
    const found = await this.#find()
    if (found !== null) return this.#ensure(found)
    await delay(DELETION_MS)
    return this.#ensure(await this.#find())
  }

  async #ensure(found: ConsumerInfo | null): Promise<FoundConsumer> {
    const { admin, subjects } = this.#streams
    const info = found !== null && hasSettings(found, this.#settings) ? found : null
    const { created } = info ?? (await admin.consumers.add(subjects.messagesStream, this.#settings))
    return { created: found === null, createdAt: created }
  }

  #find(): Promise<ConsumerInfo | null> {
    const { admin, subjects } = this.#streams
    const ask = () => admin.consumers.info(subjects.messagesStream, this.#settings.durable_name)
    return orNull(askedAgain(ask), JetStreamApiCodes.ConsumerNotFound)
  }
}

function hasSettings({ config }: ConsumerInfo, settings: ConsumerSettings): boolean {
  return (
    config.filter_subject === settings.filter_subject &&
    config.ack_policy === settings.ack_policy &&
    config.ack_wait === settings.ack_wait &&
    config.max_ack_pending === settings.max_ack_pending &&
    config.max_deliver === settings.max_deliver
  )
}
