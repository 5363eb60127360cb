import { setTimeout as delay } from 'node:timers/promises'
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import {
  checkRetention,
  type Durability,
  newRetention,
  type Retention,
} from '../../durability-options.ts'
import { RegistryError } from '../../errors.ts'
import type { Warnings } from '../../warnings.ts'
import type { Connection } from '../connection.ts'
import type { Subjects } from '../subjects.ts'
import { jetStreamAdmin } from './jetstream-admin.ts'
import { askedAgain, jetStreamAnswers, unlessLeaderless } from './leaderless.ts'
import { StreamReplicas } from './stream-replicas.ts'

const API_TIMEOUT_MS = 5_000
/**
 * How long to wait before recreating a deleted stream or consumer, in ms: after confirming a deletion, a
 * server keeps deleting files, including those of a successor with the same name.
 */
export const DELETION_MS = 1_000
/** JetStream's error code for a stream that exists with other settings. */
const NAME_IN_USE = 10_058
/** JetStream's error code for subjects that belong to another stream. */
const SUBJECTS_OVERLAP = 10_065
/** Either answers a process whose stream another one creates at the same moment: its subjects may be known before its name. */
const CREATED_BY_ANOTHER: ReadonlySet<number> = new Set([NAME_IN_USE, SUBJECTS_OVERLAP])

/**
 * The two streams behind exactly-once delivery, one pair per namespace: messages, and records of partly
 * handled messages. Connecting never changes an existing stream.
 */
export class DurableStreams {
  readonly #admin: () => JetStreamManager
  readonly subjects: Subjects
  readonly #warnings: Warnings
  /** When each stream was created, by the server's clock: distinguishes it from others of the same name. */
  readonly #createdAt = new Map<string, string>()
  readonly #replicas: StreamReplicas
  #retention: Retention
  #recordsRetention: Retention
  #restoring: Promise<void> | null = null

  private constructor(
    admin: () => JetStreamManager,
    subjects: Subjects,
    warnings: Warnings,
    retention: Retention,
    replicas: StreamReplicas,
  ) {
    this.#replicas = replicas
    this.#admin = admin
    this.subjects = subjects
    this.#warnings = warnings
    this.#retention = this.#recordsRetention = retention
  }

  /**
   * Opens the streams, creating missing ones.
   * @throws RegistryError `UNAVAILABLE` if the server has no JetStream or refuses the streams;
   * `INVALID_ARGUMENT` if their retention differs from `retentionMs`, they have fewer replicas than `replicas`, or they
   * are not this library's.
   */
  static async open(
    connection: Connection,
    subjects: Subjects,
    { retentionMs, replicas }: Durability,
    warnings: Warnings,
  ): Promise<DurableStreams> {
    try {
      await jetStreamAnswers(connection, API_TIMEOUT_MS)
      const admin = await jetStreamAdmin(connection, API_TIMEOUT_MS)
      const wanted = new StreamReplicas(connection, replicas)
      const retention = newRetention(retentionMs)
      const streams = new DurableStreams(admin, subjects, warnings, retention, wanted)
      await unlessLeaderless(() => streams.#ensure())
      streams.#checkRetention(retentionMs)
      return streams
    } catch (error) {
      if (error instanceof RegistryError) throw error
      throw new RegistryError(
        'UNAVAILABLE',
        `The durability slot requires JetStream, which is unavailable on NATS at ${connection.nats.getServer()}: ${reasonOf(error)}. Start nats-server with --jetstream, or connect without durability.`,
        { cause: error },
      )
    }
  }

  /** Changes with the connection: don't keep it. */
  get admin(): JetStreamManager {
    return this.#admin()
  }

  /** The retention in force for all members of the namespace. */
  get retention(): Retention {
    return this.#retention
  }

  /** Recreates lost streams with a warning. Concurrent calls share one attempt. */
  restore(): Promise<void> {
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = null
    })
    return this.#restoring
  }

  /** The last sequence number in the stream of messages. */
  async lastSequence(): Promise<number> {
    const { state } = await askedAgain(() => this.admin.streams.info(this.subjects.messagesStream))
    return state.last_seq
  }

  #checkRetention(askedMs: number | null): void {
    const { messagesStream, progressStream } = this.subjects
    checkRetention(
      askedMs,
      this.#retention,
      `the JetStream stream "${messagesStream}"`,
      `change both streams, "${messagesStream}" and "${progressStream}", with \`nats stream edit <stream> --max-age\``,
    )
    const { retentionMs } = this.#recordsRetention
    if (retentionMs >= this.#retention.retentionMs) return
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `The JetStream stream "${progressStream}" keeps records for ${retentionMs} ms, less than "${messagesStream}" (${this.#retention.retentionMs} ms): handled messages would be handled again. Give both the same \`--max-age\` with \`nats stream edit\`.`,
    )
  }

  async #restore(): Promise<void> {
    const { messagesStream, progressStream } = this.subjects
    const found = await Promise.all([this.#find(messagesStream), this.#find(progressStream)])
    if (found.includes(null)) await delay(DELETION_MS)
    for (const stream of await this.#ensure()) {
      this.#warnings.warn(
        'STREAM_LOST',
        `The JetStream stream "${stream}" was lost and has been recreated; the messages that it kept for durable gateways are lost.`,
      )
    }
  }

  #find(stream: string): Promise<StreamInfo | null> {
    const ask = () => this.admin.streams.info(stream)
    return orNull(askedAgain(ask), JetStreamApiCodes.StreamNotFound)
  }

  /** Creates missing streams. @returns the streams that were created since they were last seen. */
  async #ensure(): Promise<readonly string[]> {
    const { messagesStream, progressStream } = this.subjects
    const messages = await this.#ensureStream(messagesStream, this.subjects.durable('*'))
    this.#retention = retentionOf(messages.info)
    const records = await this.#ensureStream(progressStream, this.subjects.progress('*', '*'))
    this.#recordsRetention = retentionOf(records.info)
    return [...(messages.made ? [messagesStream] : []), ...(records.made ? [progressStream] : [])]
  }

  async #ensureStream(
    name: string,
    subject: string,
  ): Promise<{ readonly info: StreamInfo; readonly made: boolean }> {
    const info = await this.#findOrMake(name, subject)
    // An answer that a stream is missing may be forged; the creation time shows whether it is the same one.
    const made = this.#createdAt.get(name) !== info.created
    this.#createdAt.set(name, info.created)
    return { info, made }
  }

  async #findOrMake(name: string, subject: string): Promise<StreamInfo> {
    const found = await this.#find(name)
    if (found !== null) return this.#checked(found, subject)
    const { retentionMs, duplicateWindowMs } = this.#retention
    try {
      const info = await this.#replicas.create((replicas) =>
        this.admin.streams.add({
          name,
          subjects: [subject],
          // Limits, not work queue: a handled message must still be recognised.
          retention: RetentionPolicy.Limits,
          storage: StorageType.File,
          discard: DiscardPolicy.Old,
          max_age: Number.isFinite(retentionMs) ? nanos(retentionMs) : 0,
          duplicate_window: nanos(duplicateWindowMs),
          num_replicas: replicas,
        }),
      )
      return this.#checked(info, subject)
    } catch (error) {
      if (!(error instanceof JetStreamApiError && CREATED_BY_ANOTHER.has(error.code))) throw error
      const created = await this.#find(name)
      // Another process created it meanwhile, with its own retention.
      if (created !== null) return this.#checked(created, subject)
      if (error.code !== SUBJECTS_OVERLAP) throw error
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `Another JetStream stream than "${name}" has the subject ${subject}. Remove the subject from that stream, or choose another subjectPrefix.`,
        { cause: error },
      )
    }
  }

  #checked(info: StreamInfo, subject: string): StreamInfo {
    this.#replicas.check(info)
    return checkedStream(info, subject)
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The result of a call; `null` if JetStream answers with this error code. */
export async function orNull<T>(call: Promise<T>, code: number): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === code) return null
    throw error
  }
}

/**
 * Checks that exactly-once delivery can rely on an existing stream.
 * @param subject the stream's only allowed subject.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
function checkedStream(info: StreamInfo, subject: string): StreamInfo {
  const { name, subjects, retention, max_msgs_per_subject: perSubject, no_ack: noAck } = info.config
  const wrong =
    subjects.length !== 1 || subjects[0] !== subject
      ? `has the subjects ${subjects.join(', ')} instead of ${subject}`
      : retention !== RetentionPolicy.Limits
        ? `has the retention policy "${retention}" instead of "limits"`
        : perSubject > 0
          ? `keeps ${perSubject} messages per subject instead of all`
          : noAck
            ? 'does not acknowledge messages'
            : null
  if (wrong === null) return info
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `The JetStream stream "${name}" ${wrong}, so exactly-once can't use it. Choose another subjectPrefix or namespace, or delete the stream.`,
  )
}

/** The retention in a stream's settings. */
function retentionOf({ config }: StreamInfo): Retention {
  return {
    retentionMs: config.max_age === 0 ? Infinity : config.max_age / 1e6,
    duplicateWindowMs: config.duplicate_window / 1e6,
  }
}
