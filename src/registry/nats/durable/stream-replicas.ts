import { JetStreamApiError, type StreamInfo } from '@nats-io/jetstream'
import { RegistryError } from '../../errors.ts'
import type { Connection } from '../connection.ts'

/** Survives the loss of one server. */
const DEFAULT_REPLICAS = 3
/** JetStream's error code for a cluster with fewer servers than replicas. */
const NO_PEERS = 10_005
/** JetStream's error code for replicas on a server that is not in a cluster. */
const NOT_CLUSTERED = 10_074

/** On how many servers the streams of exactly-once keep each message. */
export class StreamReplicas {
  readonly #connection: Pick<Connection, 'nats'>
  /** `null`: as many as the servers allow, up to 3. */
  readonly #asked: number | null

  constructor(connection: Pick<Connection, 'nats'>, asked: number | null) {
    this.#connection = connection
    this.#asked = asked
  }

  /**
   * Creates a stream.
   * @throws RegistryError `INVALID_ARGUMENT` if the servers can't keep as many replicas as were asked for.
   */
  async create(add: (replicas: number) => Promise<StreamInfo>): Promise<StreamInfo> {
    const isClustered = this.#connection.nats.info?.cluster !== undefined
    const replicas = this.#asked ?? (isClustered ? DEFAULT_REPLICAS : 1)
    try {
      return await add(replicas)
    } catch (error) {
      if (replicas === 1 || !isTooFewServers(error)) throw error
      // A server that is away for a moment must not cost the stream its replicas for ever.
      if (this.#asked === null && !error.message.includes('offline')) return add(1)
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `durability.replicas is ${replicas}, but NATS at ${this.#connection.nats.getServer()} can't keep that many: ${error.message}. Add servers with JetStream to its cluster, start those that are down, or set a lower durability.replicas.`,
        { cause: error },
      )
    }
  }

  /**
   * Checks an existing stream.
   * @throws RegistryError `INVALID_ARGUMENT` if it has fewer replicas than were asked for.
   */
  check({ config }: StreamInfo): void {
    const { name, num_replicas: found } = config
    if (this.#asked === null || this.#asked <= found) return
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `durability.replicas is ${this.#asked}, but the JetStream stream "${name}" has ${found}. Leave replicas out to adopt that, or change it with \`nats stream edit ${name} --replicas ${this.#asked}\`.`,
    )
  }
}

function isTooFewServers(error: unknown): error is JetStreamApiError {
  return (
    error instanceof JetStreamApiError && (error.code === NO_PEERS || error.code === NOT_CLUSTERED)
  )
}
