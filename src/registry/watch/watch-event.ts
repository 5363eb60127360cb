import type { Registration } from '../registration.ts'

/** Why an identity is no longer among those that match. */
export type LeaveReason =
  /** Its TTL passed, by the store's clock. */
  | 'expired'
  /** It was unregistered, or the namespace was cleared. */
  | 'unregistered'
  /** It is still registered, but its metadata no longer matches the filter. */
  | 'changed'

/** What an event says, without its token. */
export type WatchNews =
  /** A registration that matches now and didn't before. */
  | { readonly type: 'joined'; readonly registration: Registration }
  /** A registration that matched before and still does, but differs. */
  | { readonly type: 'changed'; readonly registration: Registration }
  /** An identity that matched before and doesn't now. */
  | { readonly type: 'left'; readonly identity: string; readonly reason: LeaveReason }
  /** The events so far give a true picture; later ones are changes to it. */
  | { readonly type: 'current' }
  /** Forget everything: the events up to the next `current` are all that matches. */
  | { readonly type: 'reset' }
  /** The store can't be reached, so the picture may be out of date until the next `current`. */
  | { readonly type: 'interrupted'; readonly reason: string }

/** One event of a watch. `token` resumes after it: `registry.watch(filter, { from: token })`. */
export type WatchEvent = WatchNews & { readonly token: string }

/** The events of a watch, in order. One consumer at a time. */
export type WatchStream = AsyncIterableIterator<WatchEvent, undefined, undefined>
