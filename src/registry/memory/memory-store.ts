import { randomUUID } from 'node:crypto'
import { MAX_TIMER_MS, takeOptions, wholeNumber, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { parseMetadata } from '../metadata.ts'
import { takeQuotas, type Quotas } from '../quotas/quotas.ts'
import type { SortOrder } from '../paging/sort-order.ts'
import type { RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import type {
  RegistrationRequest,
  RegistrationTimes,
  RegistryStore,
  SeenRegistration,
  WatchRequest,
} from '../store.ts'
import { BEGINNING } from '../watch/pending-events.ts'
import { Watch } from '../watch/watch.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { WatchTokens } from '../watch/watch-token.ts'
import { Watches } from '../watch/watches.ts'
import { MemoryQuotas } from './memory-quotas.ts'
import { RecentChanges } from './recent-changes.ts'
import type { TargetSet } from '../targets/target-set.ts'
import { RegistrationIndex } from './registration-index.ts'

/** Options of a memory store. */
export interface MemoryStoreOptions {
  /** Maximum number of live identities. Default: no limit. */
  readonly maxIdentities?: number
  /** Quotas to enforce. Default: none. */
  readonly quotas?: Quotas
}

const takes: Takes<MemoryStoreOptions> = {
  maxIdentities: wholeNumber(0, Infinity),
  quotas: takeQuotas,
}

/** A store within this process, for tests and for trials without servers. */
export class MemoryStore implements RegistryStore {
  readonly #index = new RegistrationIndex()
  readonly #changes = new RecentChanges()
  readonly #watches = new Watches()
  /** Tokens are valid only in the memory store that made them. */
  readonly #namespace = randomUUID()
  /** Set for the next expiry while a watch is open. */
  #alarm: { readonly timer: NodeJS.Timeout; readonly at: number } | null = null
  #isClosed = false
  readonly #maxIdentities: number
  readonly #quotas: MemoryQuotas

  /** @throws RegistryError `INVALID_ARGUMENT` */
  constructor(options?: MemoryStoreOptions) {
    const { maxIdentities = Infinity, quotas = {} } = takeOptions(options, 'options', takes)
    this.#maxIdentities = maxIdentities
    this.#quotas = new MemoryQuotas(quotas)
    this.#index.onChange = (change) => {
      this.#watches.change(change)
      this.#changes.add(change)
      this.#setAlarm()
    }
  }

  async register(request: RegistrationRequest): Promise<RegistrationTimes> {
    const checking = this.#quotas.metadataCheck
    if (checking !== null) {
      const check = await checking
      check(request.metadataJson)
    }
    const now = this.#advance()
    const { identity, ttlMs } = request
    const isLive = this.#index.get(identity) !== undefined
    if (isLive && !request.replace) {
      throw new RegistryError('ALREADY_EXISTS', `Identity "${identity}" is already registered.`)
    }
    if (!isLive && this.#index.size >= this.#maxIdentities) {
      throw new RegistryError(
        'QUOTA_EXCEEDED',
        `The namespace already holds the maximum of ${this.#maxIdentities} identities.`,
      )
    }
    const metadata = parseMetadata(request.metadataJson)
    this.#quotas.checkTtl(ttlMs)
    if (!isLive) this.#quotas.checkIdentities(this.#index.size, this.#firstEndsInMs(now))
    this.#quotas.chargeRegistration()
    const registration: Registration = Object.freeze({
      identity,
      metadata,
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
    this.#quotas.checkTtl(ttlMs)
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
    const { matches } = await this.view(filter, null)
    return matches.toArray()
  }

  async view(
    filter: CompiledFilter,
    order: SortOrder | null,
    signal?: AbortSignal,
  ): Promise<RegistrationView> {
    await this.#prepare(filter, order)
    signal?.throwIfAborted()
    return this.#index.view(filter, order, signal)
  }

  async selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet> {
    await this.#prepare(filter, null)
    signal?.throwIfAborted()
    return this.#index.selectTargets(filter, signal)
  }

  async lookUp(identities: readonly string[]): Promise<readonly Registration[]> {
    this.#advance()
    return identities.flatMap((identity) => this.#index.get(identity) ?? [])
  }

  watch({ filter, initial, from, renewals, signals }: WatchRequest): WatchStream {
    this.#advance()
    const tokens = new WatchTokens(this.#namespace, filter, /^\d{0,16}$/)
    const resumedAt = from === null ? null : tokens.read(from)
    const watch = new Watch({
      filter,
      renewals,
      tokens,
      signals,
      position: () => String(this.#changes.position),
      onEnd: (ended) => {
        this.#watches.delete(ended)
        this.#setAlarm()
      },
    })
    if (watch.hasEnded) return watch
    this.#watches.add(watch)
    this.#setAlarm()
    if (resumedAt === null) watch.begin(initial ? this.#index.select(filter) : [])
    else {
      const isBeginning = resumedAt === BEGINNING
      const touched = isBeginning ? undefined : this.#changes.since(Number(resumedAt))
      if (touched === undefined) watch.reset(this.#index.select(filter))
      else watch.resume(resumedAt, touched, (identity) => this.#index.get(identity))
    }
    return watch
  }

  async chargeMulticast(recipients: number, payloadBytes: number): Promise<void> {
    this.#advance()
    this.#quotas.chargeMulticast(recipients, payloadBytes)
  }

  async clear(): Promise<void> {
    this.#advance()
    for (const { identity } of this.#index.list()) this.#index.remove(identity)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#watches.end()
  }

  async #prepare(filter: CompiledFilter, order: SortOrder | null): Promise<void> {
    this.#advance()
    const building = this.#index.prepare(filter, order)
    if (building === null) return
    await building
    this.#advance()
  }

  /** Until the first registration expires; `null` if none does. */
  #firstEndsInMs(now: number): number | null {
    const { nextExpiry } = this.#index
    return nextExpiry === null ? null : Math.max(0, nextExpiry - now)
  }

  /** Removes expired registrations; returns the time, Unix ms by a clock that never goes back. */
  #advance(): number {
    if (this.#isClosed) throw new RegistryError('CLOSED', 'The memory store was closed.')
    const now = nowMs()
    this.#index.expire(now)
    return now
  }

  /** Schedules the next expiry if a watch is open. */
  #setAlarm(): void {
    const at = this.#watches.size > 0 ? this.#index.nextExpiry : null
    if (at === (this.#alarm?.at ?? null)) return
    clearTimeout(this.#alarm?.timer)
    if (at === null) this.#alarm = null
    else {
      const delayMs = Math.min(Math.max(0, at - nowMs()), MAX_TIMER_MS)
      const timer = setTimeout(() => {
        this.#alarm = null
        this.#index.expire(nowMs())
        this.#setAlarm()
      }, delayMs)
      this.#alarm = { timer, at }
    }
  }
}

/** Unix ms by a clock that never goes back. */
function nowMs(): number {
  return Math.floor(performance.timeOrigin + performance.now())
}

function expiryOf(now: number, ttlMs: number): number | null {
  return ttlMs === 0 ? null : now + ttlMs
}

function timesOf({ registeredAt, expiresAt }: Registration): RegistrationTimes {
  return { registeredAt, expiresAt }
}
