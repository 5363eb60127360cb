import { takeOptions, wholeNumber, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { parseMetadata } from '../metadata.ts'
import type { Registration } from '../registration.ts'
import type {
  RegistrationRequest,
  RegistrationTimes,
  RegistryStore,
  SeenRegistration,
} from '../store.ts'
import { RegistrationIndex } from './registration-index.ts'

/** How a memory store is limited. */
export interface MemoryStoreOptions {
  /** Live identities at most. Default: no limit. */
  readonly maxIdentities?: number
}

const takes: Takes<MemoryStoreOptions> = { maxIdentities: wholeNumber(0, Infinity) }

/** The registry slot within this process: for tests, and for trying things out without servers. */
export class MemoryStore implements RegistryStore {
  #index = new RegistrationIndex()
  #isClosed = false
  readonly #maxIdentities: number

  /** @throws RegistryError `INVALID_ARGUMENT` */
  constructor(options?: MemoryStoreOptions) {
    const { maxIdentities = Infinity } = takeOptions(options, 'options', takes)
    this.#maxIdentities = maxIdentities
  }

  async register(request: RegistrationRequest): Promise<RegistrationTimes> {
    const now = this.#advance()
    const { identity, ttlMs } = request
    const isLive = this.#index.get(identity) !== undefined
    if (isLive && !request.replace) {
      throw new RegistryError('ALREADY_EXISTS', `Identity "${identity}" is registered already.`)
    }
    if (!isLive && this.#index.size >= this.#maxIdentities) {
      throw new RegistryError(
        'QUOTA_EXCEEDED',
        `The namespace holds ${this.#maxIdentities} identities, its maximum.`,
      )
    }
    const registration: Registration = Object.freeze({
      identity,
      metadata: parseMetadata(request.metadataJson),
      registeredAt: now,
      expiresAt: expiryOf(now, ttlMs),
      gateway: request.gateway,
    })
    this.#index.put(registration)
    return timesOf(registration)
  }

  async heartbeat(identity: string, ttlMs: number): Promise<RegistrationTimes> {
    const now = this.#advance()
    const before = this.#index.get(identity)
    if (!before) {
      throw new RegistryError('NOT_FOUND', `Identity "${identity}" is not registered.`)
    }
    const renewed = Object.freeze({ ...before, expiresAt: expiryOf(now, ttlMs) })
    this.#index.put(renewed)
    return timesOf(renewed)
  }

  async moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    this.#advance()
    const found = this.#index.get(seen.identity)
    if (!found || found.registeredAt !== seen.registeredAt) return false
    if (found.gateway === gateway) return true
    if (found.gateway !== seen.gateway) return false
    this.#index.put(Object.freeze({ ...found, gateway }))
    return true
  }

  async unregister(identity: string): Promise<boolean> {
    this.#advance()
    return this.#index.remove(identity)
  }

  async select(filter: CompiledFilter): Promise<readonly Registration[]> {
    this.#advance()
    return this.#index.select(filter)
  }

  async lookUp(identities: readonly string[]): Promise<readonly Registration[]> {
    this.#advance()
    return identities.flatMap((identity) => this.#index.get(identity) ?? [])
  }

  async clear(): Promise<void> {
    this.#advance()
    this.#index = new RegistrationIndex()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#index = new RegistrationIndex()
  }

  /** Removes what has ended, and gives the time (Unix ms) by a clock that is never set back. */
  #advance(): number {
    if (this.#isClosed) throw new RegistryError('CLOSED', 'The memory store was closed.')
    const now = Math.floor(performance.timeOrigin + performance.now())
    this.#index.expire(now)
    return now
  }
}

function expiryOf(now: number, ttlMs: number): number | null {
  return ttlMs === 0 ? null : now + ttlMs
}

function timesOf({ registeredAt, expiresAt }: Registration): RegistrationTimes {
  return { registeredAt, expiresAt }
}
