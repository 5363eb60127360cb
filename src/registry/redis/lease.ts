import { randomBytes } from 'node:crypto'
import { RegistryError } from '../errors.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { leavePermitScript } from './permit-scripts.ts'
import { errorOfRefusal, isRefused } from './quota-replies.ts'
import { takeLeaseScript } from './quota-scripts.ts'
import { flagFrom } from './replies.ts'

/** How long a lease lasts unless it is renewed, in ms: so long does the registry of a process that crashed count. */
const LEASE_MS = 30_000

/** By which an open registry counts for its namespace's quota of connections, in all processes. */
export class Lease {
  readonly #connection: RedisConnection
  readonly #keys: NamespaceKeys
  readonly #name = randomBytes(9).toString('base64url')
  readonly #timer: NodeJS.Timeout
  /** By `performance.now()`, which also tells that the process was stopped. */
  #heldUntilMs = 0
  #renewing: Promise<void> | null = null
  #isReleased = false

  private constructor(connection: RedisConnection, keys: NamespaceKeys) {
    this.#connection = connection
    this.#keys = keys
    // A refusal is for the next call.
    this.#timer = setInterval(() => void this.#renew().catch(() => {}), LEASE_MS / 3)
    this.#timer.unref()
  }

  /** @throws RegistryError `QUOTA_EXCEEDED`, `UNAVAILABLE` */
  static async take(connection: RedisConnection, keys: NamespaceKeys): Promise<Lease> {
    const lease = new Lease(connection, keys)
    try {
      await lease.#renew()
    } catch (error) {
      clearInterval(lease.#timer)
      throw error
    }
    return lease
  }

  /**
   * Renews the lease if it has ended; otherwise `null`.
   * @throws RegistryError `QUOTA_EXCEEDED` if others have all leases meanwhile, `UNAVAILABLE`
   */
  require(): Promise<void> | null {
    if (performance.now() < this.#heldUntilMs) return null
    return this.#renew().catch((error: unknown) => {
      // Reading must work where writing is refused, for lack of disk or replicas.
      const isRefusal =
        error instanceof RegistryError &&
        / refused: \S*(?:MISCONF|NOREPLICAS)\b/.test(error.message)
      if (!isRefusal) throw error
    })
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    this.#isReleased = true
    await this.#renewing?.catch(() => {})
    // One that can't be released ends by itself.
    await this.#connection.run(leavePermitScript, [this.#keys.leases], [this.#name]).catch(() => {})
  }

  #renew(): Promise<void> {
    if (this.#isReleased) return Promise.resolve()
    this.#renewing ??= this.#request().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #request(): Promise<void> {
    const { leases, quotas } = this.#keys
    const askedAtMs = performance.now()
    const reply = await this.#connection.run(
      takeLeaseScript,
      [leases],
      [quotas, this.#name, LEASE_MS],
    )
    if (isRefused(reply)) throw errorOfRefusal(reply, this.#keys)
    flagFrom(reply)
    this.#heldUntilMs = askedAtMs + LEASE_MS
  }
}
