import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Durability } from '../durability-options.ts'
import { RegistryError } from '../errors.ts'
import type { Connection } from './connections.ts'
import type { Subjects } from './subjects.ts'

/** How long the server waits for a subscriber's sign of life before it delivers again, in ms. */
export const ACK_WAIT_MS = 5_000

const API_TIMEOUT_MS = 5_000

/** The two streams behind exactly-once: the messages, and what was handled of those half done. */
export class DurableStreams {
  readonly client: JetStreamClient
  readonly admin: JetStreamManager
  readonly messages: string
  readonly progress: string

  private constructor(
    client: JetStreamClient,
    admin: JetStreamManager,
    names: { readonly messages: string; readonly progress: string },
  ) {
    this.client = client
    this.admin = admin
    this.messages = names.messages
    this.progress = names.progress
  }

  /**
   * Makes sure that both streams exist, with the retention given.
   * @throws RegistryError `UNAVAILABLE` if the server has no JetStream or refuses the streams.
   */
  static async open(
    { nats }: Connection,
    subjects: Subjects,
    { retentionMs, duplicateWindowMs }: Durability,
  ): Promise<DurableStreams> {
    const names = { messages: subjects.messagesStream, progress: subjects.progressStream }
    try {
      const client = jetstream(nats, { timeout: API_TIMEOUT_MS })
      const admin = await client.jetstreamManager()
      const shared = {
        // Limits, not work queue: a message that was handled still has to be recognised.
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        discard: DiscardPolicy.Old,
        max_age: nanos(retentionMs),
        duplicate_window: nanos(duplicateWindowMs),
      }
      await ensureStream(admin, names.messages, {
        ...shared,
        subjects: [subjects.durable('*')],
      })
      await ensureStream(admin, names.progress, {
        ...shared,
        subjects: [subjects.progress('*', '*')],
        max_msgs_per_subject: 1,
      })
      return new DurableStreams(client, admin, names)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new RegistryError(
        'UNAVAILABLE',
        `The durability slot needs JetStream, which NATS at ${nats.getServer()} did not give: ${reason}. Start nats-server with --jetstream, or connect without durability.`,
        { cause: error },
      )
    }
  }

  /** Makes sure that the durable consumer of a gateway exists. */
  async ensureConsumer(subjects: Subjects, gatewayName: string): Promise<void> {
    await this.admin.consumers.add(this.messages, {
      durable_name: gatewayName,
      filter_subject: subjects.durable(gatewayName),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: 10_000,
      max_deliver: -1,
    })
  }
}

type StreamSettings = Omit<Parameters<JetStreamManager['streams']['add']>[0], 'name'>

/** Creates a stream, or brings an existing one to these settings. */
async function ensureStream(
  { streams }: JetStreamManager,
  name: string,
  settings: StreamSettings,
): Promise<void> {
  try {
    await streams.info(name)
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound))
      throw error
    await streams.add({ ...settings, name })
    return
  }
  const { max_age, duplicate_window } = settings
  await streams.update(name, {
    ...(max_age !== undefined && { max_age }),
    ...(duplicate_window !== undefined && { duplicate_window }),
  })
}
