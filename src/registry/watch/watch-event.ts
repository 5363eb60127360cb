import type { Registration } from '../registration.ts'

/** Why an identity no longer matches. */
export type LeaveReason =
  /** Its TTL passed, by the store's clock. */
  | 'expired'
  /** It was unregistered, or the namespace was cleared. */
  | 'unregistered'
  /** It is still registered, but its metadata no longer matches the filter. */
  | 'changed'

/** An event without its token. */
export type WatchNews =
  /** A registration that matches now and didn't match before. */
  | { readonly type: 'joined'; readonly registration: Registration }
  /** A registration that matched before and still does, but differs. */
  | { readonly type: 'changed'; readonly registration: Registration }
  /** An identity that matched before and doesn't match now. */
  | { readonly type: 'left'; readonly identity: string; readonly reason: LeaveReason }
  /** The events so far are complete; later events are changes. */
  | { readonly type: 'current' }
  /** Discard everything: the events up to the next `current` list all matches. */
  | { readonly type: 'reset' }
  /** The store is unreachable, so the listing may be out of date until the next `current`. */
  | { readonly type: 'interrupted'; readonly reason: string }

/** One event of a watch. `token` resumes after it: `registry.watch(filter, { from: token })`. */
export type WatchEvent = WatchNews & { readonly token: string }

/** The events of a watch, in order. One consumer at a time. */
export type WatchStream = AsyncIterableIterator<WatchEvent, undefined, undefined>
