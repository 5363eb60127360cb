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
import { RegistryError } from '../errors.ts'
import type { Connection } from './connections.ts'
import { durableSubject, progressSubject } from './wire.ts'

/** The durability slot: lets a messenger send exactly-once, and receive it if it has a name. */
export interface DurabilityOptions {
  /**
   * The name under which messages are kept while this process is away: letters, digits, `-` and
   * `_`, at most 64, one running process a name. Without it this process can only send.
   */
  readonly gatewayName?: string
  /** How long messages are kept, in ms, 1 s to 30 days; one hour by default. One value a prefix. */
  readonly retentionMs?: number
}

/** How long the server waits for a subscriber's sign of life before it delivers again, in ms. */
export const ACK_WAIT_MS = 5_000

/** For how long JetStream recognises what is published twice, in ms: the longest exactly-once send. */
const DUPLICATE_WINDOW_MS = 2 * 60_000
const DEFAULT_RETENTION_MS = 60 * 60_000
const MAX_RETENTION_MS = 30 * 24 * 60 * 60_000
const API_TIMEOUT_MS = 5_000

/** @throws RegistryError `INVALID_ARGUMENT` */
export function checkDurabilityOptions({ gatewayName, retentionMs }: DurabilityOptions): void {
  if (gatewayName !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(gatewayName)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `durability.gatewayName is "${gatewayName}"; it must be 1 to 64 letters, digits, - or _.`,
    )
  }
  const inRange =
    retentionMs === undefined || (retentionMs >= 1_000 && retentionMs <= MAX_RETENTION_MS)
  if (!inRange) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `durability.retentionMs is ${retentionMs}; it must be from 1000 (1 s) to ${MAX_RETENTION_MS} (30 days).`,
    )
  }
}

/** The two streams behind exactly-once: the messages, and what was handled of those half done. */
export class DurableStreams {
  readonly client: JetStreamClient
  readonly admin: JetStreamManager
  readonly messages: string
  readonly progress: string
  /** The longest time within which a publish may be repeated safely, in ms. */
  readonly duplicateWindowMs: number

  private constructor(
    client: JetStreamClient,
    admin: JetStreamManager,
    names: { readonly messages: string; readonly progress: string },
    duplicateWindowMs: number,
  ) {
    this.client = client
    this.admin = admin
    this.messages = names.messages
    this.progress = names.progress
    this.duplicateWindowMs = duplicateWindowMs
  }

  /**
   * Makes sure that both streams exist, with the retention given.
   * @throws RegistryError `UNAVAILABLE` if the server has no JetStream or refuses the streams.
   */
  static async open(
    { nats }: Connection,
    prefix: string,
    options: DurabilityOptions,
  ): Promise<DurableStreams> {
    const retentionMs = options.retentionMs ?? DEFAULT_RETENTION_MS
    const duplicateWindowMs = Math.min(DUPLICATE_WINDOW_MS, retentionMs)
    const base = prefix.replaceAll('.', '_')
    const names = { messages: `${base}-durable`, progress: `${base}-progress` }
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
        subjects: [durableSubject(prefix, '*')],
      })
      await ensureStream(admin, names.progress, {
        ...shared,
        subjects: [progressSubject(prefix, '*', '*')],
        max_msgs_per_subject: 1,
      })
      return new DurableStreams(client, admin, names, duplicateWindowMs)
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
  async ensureConsumer(prefix: string, gatewayName: string): Promise<void> {
    await this.admin.consumers.add(this.messages, {
      durable_name: gatewayName,
      filter_subject: durableSubject(prefix, gatewayName),
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
