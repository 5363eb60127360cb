import type { Registration } from '../registration.ts'
import { isSameToWatcher } from './registration-change.ts'
import type { LeaveReason, WatchNews } from './watch-event.ts'

/** A resume point from which nothing can be continued: what follows is a `reset`. */
export const BEGINNING = ''

/** An identity that a watcher is to be told of. */
export interface Untold {
  /** What the watcher knows of it: `null` if it doesn't match as far as it knows; `undefined` if that is unknown. */
  readonly known: Registration | null | undefined
  /** What it is to know: `null` if the identity doesn't match. */
  readonly now: Registration | null
  /** Why it doesn't match, if it doesn't. */
  readonly reason: LeaveReason
}

type Pending = (Untold | WatchNews) & {
  /** Where to resume so that this and all that is pending behind it comes again. */
  readonly from: string
}

const current = Symbol('current')
const reset = Symbol('reset')
const interrupted = Symbol('interrupted')

/**
 * What one watcher has not been told yet: at most one event per identity, whatever happens to it
 * meanwhile, in the order in which the identities first changed. So memory is bounded by the
 * identities, and one that changes all the time doesn't keep others waiting, nor they it.
 */
export class PendingEvents {
  readonly #renewals: boolean
  #pending = new Map<string | symbol, Pending>()
  /** Whether the last marker that the watcher took was `interrupted`. */
  #isInterruptionTold = false

  /** @param renewals whether another expiry alone is a change. */
  constructor(renewals: boolean) {
    this.#renewals = renewals
  }

  get size(): number {
    return this.#pending.size
  }

  /** Everything that matches when a watch begins, and that this is all. */
  begin(registrations: readonly Registration[], position: string): void {
    for (const registration of registrations) {
      this.#pending.set(registration.identity, joining(registration))
    }
    this.#pending.set(current, { type: 'current', from: position })
  }

  /** As `begin`, for a watcher that may have been told otherwise. */
  reset(registrations: readonly Registration[], position: string): void {
    this.#pending.clear()
    this.#pending.set(reset, { type: 'reset', from: BEGINNING })
    this.begin(registrations, position)
  }

  /**
   * What may have changed between a resume point and the time from which `change` was called.
   * @param from the resume point.
   */
  resume(untold: ReadonlyMap<string, Untold>, from: string, position: string): void {
    const later = this.#pending
    this.#pending = new Map()
    for (const [identity, each] of untold) {
      const latest = later.get(identity)
      const isLater = latest !== undefined && 'now' in latest
      this.#pending.set(identity, {
        ...each,
        ...(isLater ? { now: latest.now, reason: latest.reason } : {}),
        from,
      })
    }
    this.#pending.set(current, { type: 'current', from: position })
    for (const [identity, each] of later) {
      if (!untold.has(String(identity))) this.#pending.set(identity, each)
    }
  }

  /**
   * Takes note of a change.
   * @param before the registration if it matched before the change, otherwise `null`; `after` likewise.
   * @param reason why it doesn't match, if it doesn't.
   * @param from the resume point before the change.
   */
  change(
    identity: string,
    before: Registration | null,
    after: Registration | null,
    reason: LeaveReason,
    from: string,
  ): void {
    const pending = this.#pending.get(identity)
    const untold = pending !== undefined && 'now' in pending ? pending : { known: before, from }
    const { known } = untold
    if (known !== undefined && isSameToWatcher(known, after, this.#renewals)) {
      this.#pending.delete(identity)
    } else {
      // A key that is there already keeps its place.
      this.#pending.set(identity, { known, now: after, reason, from: untold.from })
    }
  }

  interrupt(reason: string, position: string): void {
    if (this.#isInterruptionTold) this.#pending.delete(current)
    else if (!this.#pending.has(interrupted)) {
      this.#pending.set(interrupted, { type: 'interrupted', reason, from: position })
    }
  }

  /** The interruption is over, and what changed during it was noted by `change`. */
  heal(position: string): void {
    if (this.#pending.delete(interrupted) || !this.#isInterruptionTold) return
    this.#pending.delete(current)
    this.#pending.set(current, { type: 'current', from: position })
  }

  clear(): void {
    this.#pending.clear()
  }

  /**
   * The next event, which the watcher is told now.
   * @param position the resume point behind all that was noted.
   * @returns `from`: where to resume after this event.
   */
  take(position: string): { readonly news: WatchNews; readonly from: string } | undefined {
    for (const [identity, pending] of this.#pending) {
      this.#pending.delete(identity)
      const news = newsOf(String(identity), pending)
      if (news.type === 'interrupted') this.#isInterruptionTold = true
      if (news.type === 'current') this.#isInterruptionTold = false
      const [next] = this.#pending.values()
      return { news, from: next?.from ?? position }
    }
    return undefined
  }
}

function joining(registration: Registration): Pending {
  return { known: null, now: registration, reason: 'unregistered', from: BEGINNING }
}

function newsOf(identity: string, pending: Pending): WatchNews {
  if ('type' in pending) {
    const { from: _, ...news } = pending
    return news
  }
  const { known, now, reason } = pending
  if (now === null) return { type: 'left', identity, reason }
  return { type: known ? 'changed' : 'joined', registration: now }
}
