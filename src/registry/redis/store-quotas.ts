import { RegistryError } from '../errors.ts'
import { compileMetadataSchema, type MetadataCheck } from '../quotas/metadata-schema.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { Lease } from './lease.ts'
import { ABSENT, CORRUPT, errorOfRefusal, isRefused, QUOTAS_CHANGED } from './quota-replies.ts'
import { chargeMulticastScript } from './quota-scripts.ts'
import { flagFrom } from './replies.ts'
import { NO_LIMIT } from './stored-quotas.ts'

/** Quotas as a store has seen them last. */
interface SeenQuotas {
  readonly version: string
  readonly schemaJson: string
  /** `null` without a schema. */
  readonly check: MetadataCheck | null
}

/** How often a registration follows quotas that change meanwhile. */
const MAX_CHANGES = 10

/**
 * The quotas of a store's namespace. Redis has the limits and counts; the store checks metadata against the schema of the
 * version that it has seen, and Redis refuses another version, so that a new schema is in force at once.
 */
export class StoreQuotas {
  readonly #connection: RedisConnection
  readonly #keys: NamespaceKeys
  readonly #lease: Lease
  #seen: SeenQuotas

  private constructor(
    connection: RedisConnection,
    keys: NamespaceKeys,
    lease: Lease,
    seen: SeenQuotas,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#lease = lease
    this.#seen = seen
  }

  /**
   * Counts the store as open until it is closed.
   * @throws RegistryError `UNAVAILABLE` if there are no quotas; `QUOTA_EXCEEDED` if too many stores are open.
   */
  static async open(connection: RedisConnection, keys: NamespaceKeys): Promise<StoreQuotas> {
    const seen = await readQuotas(connection, keys, null)
    return new StoreQuotas(connection, keys, await Lease.take(connection, keys), seen)
  }

  /**
   * Registers under the quotas in force.
   * @param metadataJson to check.
   * @param write runs the script with the last of its arguments.
   * @returns the script's reply, which is not a refusal.
   * @throws RegistryError `QUOTA_EXCEEDED`, `RATE_LIMITED`, `INVALID_METADATA`
   */
  async register(
    metadataJson: string,
    write: (args: readonly string[]) => Promise<unknown>,
  ): Promise<unknown> {
    for (let changes = 0; changes < MAX_CHANGES; changes += 1) {
      const seen = this.#seen
      const fault = faultIn(metadataJson, seen)
      if (fault === null) {
        const reply = await write([this.#keys.quotas, this.#keys.spent, seen.version])
        if (reply !== QUOTAS_CHANGED) {
          this.check(reply)
          return reply
        }
      }
      this.#seen = await readQuotas(this.#connection, this.#keys, this.#seen)
      // It may fit a schema that has been written since.
      if (fault !== null && this.#seen.version === seen.version) throw fault
    }
    throw new RegistryError(
      'UNAVAILABLE',
      `The quotas of namespace "${this.#keys.namespace}" changed ${MAX_CHANGES} times during the call. Try again.`,
    )
  }

  /** @throws RegistryError `QUOTA_EXCEEDED` if the store counted no longer as open, and others took its place. */
  requireLease(): Promise<void> | null {
    return this.#lease.require()
  }

  close(): Promise<void> {
    return this.#lease.release()
  }

  /** The argument by which a heartbeat finds the quotas. */
  get heartbeatArgument(): string {
    return this.#keys.quotas
  }

  /** @throws RegistryError if a script refused. */
  check(reply: unknown): void {
    if (isRefused(reply)) throw errorOfRefusal(reply, this.#keys)
  }

  /** @throws RegistryError `QUOTA_EXCEEDED`, `RATE_LIMITED` */
  async chargeMulticast(recipients: number, payloadBytes: number): Promise<void> {
    const { index, quotas, spent } = this.#keys
    const args = [quotas, spent, recipients, payloadBytes]
    const reply = await this.#connection.run(chargeMulticastScript, [index], args)
    this.check(reply)
    flagFrom(reply)
  }
}

function faultIn(metadataJson: string, { check }: SeenQuotas): RegistryError | null {
  try {
    check?.(metadataJson)
    return null
  } catch (error) {
    if (error instanceof RegistryError) return error
    throw error
  }
}

/** @param before what was read before; its schema is compiled already. */
async function readQuotas(
  connection: RedisConnection,
  keys: NamespaceKeys,
  before: SeenQuotas | null,
): Promise<SeenQuotas> {
  const [version, schemaJson] = await connection.client
    .hmget(keys.quotas, 'version', 'metadataSchema')
    .catch((error: unknown) => Promise.reject(connection.failure(error, [keys.quotas])))
  if (!version && !schemaJson) throw errorOfRefusal(ABSENT, keys)
  if (!version || !schemaJson) throw errorOfRefusal(`${CORRUPT}its fields`, keys)
  if (before?.schemaJson === schemaJson) return { ...before, version }
  return { version, schemaJson, check: await checkOf(schemaJson, keys) }
}

async function checkOf(schemaJson: string, keys: NamespaceKeys): Promise<MetadataCheck | null> {
  if (schemaJson === NO_LIMIT) return null
  try {
    return await compileMetadataSchema(JSON.parse(schemaJson))
  } catch (error) {
    // Another program wrote it.
    const why = error instanceof RegistryError ? error.message : 'metadataSchema, which is not JSON'
    throw errorOfRefusal(`${CORRUPT}${why}`, keys)
  }
}
