import type { Metadata } from './registration.ts'

/** Options of `enumerate`. */
export interface EnumerateOptions {
  /** Registrations per page, an integer ≥ 1. Default Infinity: a single page. */
  readonly limit?: number
  /**
   * The `nextCursor` of the previous page. Filter, `sortBy` and `order` must be the same; `limit` and
   * `includeMetadata` may differ. Sorted by identity, a cursor is valid in every process of the
   * namespace and does not expire. In any other order, only the registry that issued it accepts it, for
   * 5 minutes.
   */
  readonly cursor?: string
  /**
   * `identity` (default), `registeredAt`, `expiresAt`, or `metadata.<dotted path>`. Values sort by
   * type first (null, booleans, numbers, strings, others by their JSON, missing values last); equal
   * values sort by identity. Later pages keep the order of the first.
   */
  readonly sortBy?: string
  /** Default `ascending`. */
  readonly order?: 'ascending' | 'descending'
  /** Default `true`. */
  readonly includeMetadata?: boolean
  /**
   * Cancels the call: it stops filtering, sorting and waiting, and rejects with the signal's `reason`.
   * If the signal is already aborted, the call rejects at once and contacts no server.
   */
  readonly signal?: AbortSignal
}

/** A registration in a listing. Shared between callers and frozen. */
export interface ListedRegistration {
  readonly identity: string
  /** Missing if `includeMetadata` is `false`. */
  readonly metadata?: Metadata
  /** Unix time in ms by the store's clock. */
  readonly registeredAt: number
  /** Unix time in ms by the store's clock; `null` never expires. */
  readonly expiresAt: number | null
  /** The address of the process that hosts the identity's subscriber; `null` for none. */
  readonly gateway: string | null
}

/**
 * One page of live registrations as of this call. Over all pages, no registration appears twice and
 * none that stayed is missing; those made after the first page may be missing.
 */
export interface Enumeration {
  readonly registrations: readonly ListedRegistration[]
  /**
   * The number of all matches as of this call, on every page. It changes from page to page as
   * registrations come and go, so the pages may add up to another number.
   */
  readonly totalCount: number
  /** Pass it as `cursor` to get the next page; `null` on the last page. */
  readonly nextCursor: string | null
}
