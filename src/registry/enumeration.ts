import type { Metadata } from './registration.ts'

/** How the matches of an enumerate are shown. */
export interface EnumerateOptions {
  /** Most registrations on a page, an integer ≥ 1. Default Infinity: one page has them all. */
  readonly limit?: number
  /**
   * The `nextCursor` of the page before, of the same filter, `sortBy` and `order`; `limit` and
   * `includeMetadata` may be others. Ordered by identity, any process of the namespace goes on from
   * it at any time. In every other order only the registry that gave it does, for 5 minutes.
   */
  readonly cursor?: string
  /**
   * `identity` (default), `registeredAt`, `expiresAt`, or `metadata.<dotted path>`. Values order by
   * type first (null, booleans, numbers, strings, the rest by their JSON, missing ones last), and
   * equal ones by identity. Later pages keep the order of the first.
   */
  readonly sortBy?: string
  /** Default `ascending`. */
  readonly order?: 'ascending' | 'descending'
  /** Default `true`. */
  readonly includeMetadata?: boolean
  /**
   * Gives the call up when it is aborted: it stops filtering, sorting and waiting, and rejects with the
   * signal's `reason`; at once, without asking any server, if it is aborted already.
   */
  readonly signal?: AbortSignal
}

/** A registration as enumerate shows it. Shared and frozen. */
export interface ListedRegistration {
  readonly identity: string
  /** Left out if `includeMetadata` is `false`. */
  readonly metadata?: Metadata
  /** Unix time in ms by the store's clock. */
  readonly registeredAt: number
  /** Unix time in ms by the store's clock; `null` never expires. */
  readonly expiresAt: number | null
  /** Where the process that hosts the identity's subscriber is reached; `null` if it named none. */
  readonly gateway: string | null
}

/**
 * One page of live registrations, as they are at this call. Over all pages, none is shown twice, and
 * none that stayed is left out; what was registered after the first page may be.
 */
export interface Enumeration {
  readonly registrations: readonly ListedRegistration[]
  /**
   * All matches at this call, whatever page was asked for. From page to page it changes as others
   * come and go, so it need not be the number of registrations that the pages have shown at the end.
   */
  readonly totalCount: number
  /** Where the next page begins; `null` on the last one. */
  readonly nextCursor: string | null
}
