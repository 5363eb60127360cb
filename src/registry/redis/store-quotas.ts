import { RegistryError } from '../errors.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { Lease } from './lease.ts'
import { ABSENT, errorOfRefusal, isRefused, QUOTAS_CHANGED } from './quota-replies.ts'
import { chargeMulticastScript } from './quota-scripts.ts'
import { flagFrom } from './replies.ts'

/** How often a registration follows quotas that change meanwhile. */
const MAX_CHANGES = 10

/** The quotas of a store's namespace. Redis has the limits and counts; the store knows which version it has seen. */
export class StoreQuotas {
  readonly #connection: RedisConnection
  readonly #keys: NamespaceKeys
  readonly #lease: Lease
  #version: string

  private constructor(
    connection: RedisConnection,
    keys: NamespaceKeys,
    lease: Lease,
    version: string,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#lease = lease
    this.#version = version
  }

  /**
   * Counts the store as open until it is closed.
   * @throws RegistryError `UNAVAILABLE` if there are no quotas; `QUOTA_EXCEEDED` if too many stores are open.
   */
  static async open(connection: RedisConnection, keys: NamespaceKeys): Promise<StoreQuotas> {
    const version = await readVersion(connection, keys)
    return new StoreQuotas(connection, keys, await Lease.take(connection, keys), version)
  }

  /**
   * Registers under the quotas in force.
   * @param write runs the script with the last of its arguments.
   * @returns the script's reply, which is not a refusal.
   * @throws RegistryError `QUOTA_EXCEEDED`, `RATE_LIMITED`
   */
  async register(write: (args: readonly string[]) => Promise<unknown>): Promise<unknown> {
    for (let changes = 0; changes < MAX_CHANGES; changes += 1) {
      const reply = await write([this.#keys.quotas, this.#keys.spent, this.#version])
      if (reply === QUOTAS_CHANGED) {
        this.#version = await readVersion(this.#connection, this.#keys)
        continue
      }
      this.check(reply)
      return reply
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

async function readVersion(connection: RedisConnection, keys: NamespaceKeys): Promise<string> {
  const [version] = await connection.client
    .hmget(keys.quotas, 'version')
    .catch((error: unknown) => Promise.reject(connection.failure(error, [keys.quotas])))
  if (version) return version
  throw errorOfRefusal(ABSENT, keys)
}
