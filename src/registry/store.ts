import type { ConnectionCounts } from './connection-counts.ts'
import type { CompiledFilter } from './filter/compile.ts'
import type { SortOrder } from './paging/sort-order.ts'
import type { RegistrationView } from './registration-view.ts'
import type { Registration } from './registration.ts'
import type { ObservedStore } from './observed.ts'
import type { TargetSet } from './targets/target-set.ts'
import type { EndSignal } from './watch/ending.ts'
import type { WatchStream } from './watch/watch-event.ts'

/** A registration to make. The registry has validated every field. */
export interface RegistrationRequest {
  readonly identity: string
  /** The JSON object as serialised by `validateMetadata`; later changes to the caller's object don't affect it. */
  readonly metadataJson: string
  /** Time to live in whole ms; 0 never expires. */
  readonly ttlMs: number
  /** Whether to overwrite a live registration of the same identity, or to refuse. */
  readonly replace: boolean
  readonly gateway: string | null
}

/** When a registration was made and when it expires, in Unix ms by the store's clock. */
export interface RegistrationTimes {
  readonly registeredAt: number
  /** `null` never expires. */
  readonly expiresAt: number | null
}

/** A registration that a caller has seen: the call changes that one only, not a later one. */
export interface SeenRegistration {
  readonly identity: string
  /** Unix ms by the store's clock. */
  readonly registeredAt: number
  readonly gateway: string | null
}

/** A watch to open. The registry has validated every field but `from`. */
export interface WatchRequest {
  readonly filter: CompiledFilter
  /** Whether to begin with all matches. */
  readonly initial: boolean
  /** The token of the event to resume after; overrides `initial`. */
  readonly from: string | null
  /** Whether a renewed TTL alone is a `changed` event. */
  readonly renewals: boolean
  /** Any of these ends the watch when aborted. */
  readonly signals: readonly EndSignal[]
}

/**
 * The registry slot: holds the registrations of one namespace.
 *
 * Every implementation passes `store.contract.ts`. Calls reject with a `RegistryError`:
 * `UNAVAILABLE` when the backend fails, `CLOSED` after `close()`.
 */
export interface RegistryStore {
  /** Its connections at present; a store without connections needs no such property. */
  readonly connections?: ConnectionCounts

  /** What it knows of its state, for metrics; a store that knows nothing needs no such property. */
  readonly observed?: ObservedStore

  /**
   * Registers atomically.
   * @throws RegistryError `ALREADY_EXISTS`, `QUOTA_EXCEEDED`, `RATE_LIMITED`, `INVALID_METADATA` by the schema of the quotas
   */
  register(request: RegistrationRequest): Promise<RegistrationTimes>

  /**
   * Renews the TTL; everything else stays.
   * @param ttlMs from now, in whole ms; 0 never expires.
   * @throws RegistryError `NOT_FOUND`, `QUOTA_EXCEEDED`
   */
  heartbeat(identity: string, ttlMs: number): Promise<RegistrationTimes>

  /**
   * Changes the gateway of a registration atomically. Metadata, `registeredAt` and expiry stay.
   * @returns whether the registration now has this gateway: `false`, without a change, if the
   *   registration seen has expired, been unregistered or replaced, or moved to a third gateway.
   */
  moveTo(seen: SeenRegistration, gateway: string): Promise<boolean>

  /** Removes the registration; returns `false` if the identity was not registered. */
  unregister(identity: string): Promise<boolean>

  /**
   * Lists the live registrations that match, ordered by identity (by UTF-16 code units).
   * Linearizable: sees everything that took effect, in any process, before the call.
   */
  select(filter: CompiledFilter): Promise<readonly Registration[]>

  /**
   * The same matches as a view that is readable from any position, without copying them all.
   * @param order the order of a listing's first page, if not by identity; for stores with ordered indexes.
   * @param signal cancels the work that is done for this call alone; the call then rejects with its
   *   reason.
   */
  view(
    filter: CompiledFilter,
    order: SortOrder | null,
    signal?: AbortSignal,
  ): Promise<RegistrationView>

  /**
   * The matches as targets of a multicast; later changes don't affect the set.
   * @param signal as in `view`.
   */
  selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet>

  /**
   * The live registrations of these identities, in any order; unregistered identities are left out.
   * Linearizable, like `select`.
   */
  lookUp(identities: readonly string[]): Promise<readonly Registration[]>

  /**
   * Streams the matching registrations and their changes, as described in `docs/watch.md`.
   * Linearizable with `select`: the watch begins with everything that took effect, in any process,
   * before the call. It ends without an error when the store closes. The iterator rejects with
   * `UNAVAILABLE` if the backend is unreachable when the watch begins; later the watch waits for it.
   * @throws RegistryError synchronously: `INVALID_ARGUMENT` for a token that is invalid or belongs to
   *   another namespace or filter; `CLOSED`.
   */
  watch(request: WatchRequest): WatchStream

  /**
   * Charges a multicast to the namespace's quotas before it is sent: a refused one charges nothing. A store without
   * quotas needs no such method.
   * @param recipients number of targets.
   * @param payloadBytes of the message to each.
   * @throws RegistryError `QUOTA_EXCEEDED`, `RATE_LIMITED`
   */
  chargeMulticast?(recipients: number, payloadBytes: number): Promise<void>

  /** Removes every registration and all bookkeeping of the namespace. */
  clear(): Promise<void>

  /** Finishes calls in progress, then releases connections. Idempotent. */
  close(): Promise<void>
}
