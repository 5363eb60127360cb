import type { CompiledFilter } from './filter/compile.ts'
import type { SortOrder } from './paging/sort-order.ts'
import type { RegistrationView } from './registration-view.ts'
import type { Registration } from './registration.ts'
import type { TargetSet } from './targets/target-set.ts'
import type { EndSignal } from './watch/ending.ts'
import type { WatchStream } from './watch/watch-event.ts'

/** A registration to be made. The registry has validated every field. */
export interface RegistrationRequest {
  readonly identity: string
  /** A JSON object as `validateMetadata` serialised it: what is kept, whatever its maker does later. */
  readonly metadataJson: string
  /** Time to live in whole ms; 0 never expires. */
  readonly ttlMs: number
  /** Whether a live registration of the same identity is overwritten or refused. */
  readonly replace: boolean
  readonly gateway: string | null
}

/** When a registration was made and when it ends, in Unix ms by the store's clock. */
export interface RegistrationTimes {
  readonly registeredAt: number
  /** `null` never expires. */
  readonly expiresAt: number | null
}

/** Which registration a caller saw, so that it changes that one and no later one. */
export interface SeenRegistration {
  readonly identity: string
  /** Unix ms by the store's clock, as the store gave it. */
  readonly registeredAt: number
  readonly gateway: string | null
}

/** A watch to be opened. The registry has validated every field but `from`. */
export interface WatchRequest {
  readonly filter: CompiledFilter
  /** Whether to begin with everything that matches. */
  readonly initial: boolean
  /** The token of an event to resume after, whatever `initial` says. */
  readonly from: string | null
  /** Whether a renewed TTL alone is a `changed`. */
  readonly renewals: boolean
  /** Each ends the watch when it is aborted. */
  readonly signals: readonly EndSignal[]
}

/**
 * The registry slot: holds the registrations of one namespace.
 *
 * Every implementation passes `store.contract.ts`. Calls reject with a `RegistryError`:
 * `UNAVAILABLE` when the backend fails, `CLOSED` after `close()`.
 */
export interface RegistryStore {
  /**
   * Registers atomically.
   * @throws RegistryError `ALREADY_EXISTS`, `QUOTA_EXCEEDED`
   */
  register(request: RegistrationRequest): Promise<RegistrationTimes>

  /**
   * Renews the TTL and leaves everything else as it is.
   * @param ttlMs from now, in whole ms; 0 never expires.
   * @throws RegistryError `NOT_FOUND`
   */
  heartbeat(identity: string, ttlMs: number): Promise<RegistrationTimes>

  /**
   * Has a registration name another gateway, atomically. Metadata, `registeredAt` and expiry stay.
   * @returns whether it names the gateway now: `false` if what was seen has expired, was
   *   unregistered, registered anew, or moved to a third gateway. Then nothing changes.
   */
  moveTo(seen: SeenRegistration, gateway: string): Promise<boolean>

  /** Removes the registration; `false` if there was none. */
  unregister(identity: string): Promise<boolean>

  /**
   * Every live registration that matches, ordered by identity (by UTF-16 code units).
   * Linearizable: sees all that took effect, in any process, before the call began.
   */
  select(filter: CompiledFilter): Promise<readonly Registration[]>

  /**
   * The same matches, to be read from any place on without a copy of them all.
   * @param order the order of a listing's first page, if not by identity: for stores with ordered indexes.
   * @param signal of a caller that may give up. Aborted, it stops what is done for this call alone, which
   *   then rejects with its reason, sooner or later.
   */
  view(
    filter: CompiledFilter,
    order: SortOrder | null,
    signal?: AbortSignal,
  ): Promise<RegistrationView>

  /**
   * Those that `select` gives, as targets of a multicast. It changes nothing that the registry does
   * later.
   * @param signal as of `view`.
   */
  selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet>

  /**
   * The live registrations of these identities, in any order; those without one are left out.
   * Linearizable, as `select`.
   */
  lookUp(identities: readonly string[]): Promise<readonly Registration[]>

  /**
   * A stream of the registrations that match, and of their changes, as `docs/watch.md` says.
   * Linearizable with `select`: its beginning has all that took effect, in any process, before the
   * call. Ends without an error when the store is closed. The iterator rejects with `UNAVAILABLE` if
   * the backend is unreachable when the watch begins; later the watch waits for it.
   * @throws RegistryError at the call: `INVALID_ARGUMENT` for an invalid token, and one of another
   *   namespace or filter; `CLOSED`.
   */
  watch(request: WatchRequest): WatchStream

  /** Removes every registration and all bookkeeping of the namespace. */
  clear(): Promise<void>

  /** Ends what was accepted, then releases connections. Idempotent. */
  close(): Promise<void>
}
