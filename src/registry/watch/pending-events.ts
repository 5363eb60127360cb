import { LinkedMap } from '../linked-map.ts'
import type { Registration } from '../registration.ts'
import { isSameToWatcher } from './registration-change.ts'
import type { LeaveReason, WatchNews } from './watch-event.ts'

/** A resume point before everything: resuming there begins with a `reset`. */
export const BEGINNING = ''

/** A change of an identity that the watcher doesn't know yet. */
export interface Untold {
  /** The registration known to the watcher: `null` if it didn't match; `undefined` if unknown. */
  readonly known: Registration | null | undefined
  /** The registration now: `null` if it doesn't match. */
  readonly now: Registration | null
  /** Why it doesn't match, if it doesn't. */
  readonly reason: LeaveReason
}

type Pending = (Untold | WatchNews) & {
  /** Where to resume to get this and all later pending events again. */
  readonly from: string
}

const current = Symbol('current')
const reset = Symbol('reset')
const interrupted = Symbol('interrupted')

/**
 * The events that one watcher has not taken yet: at most one per identity, in the order in which the
 * identities first changed. So memory is bounded by the number of identities, and an identity that changes
 * constantly neither delays others nor starves.
 */
export class PendingEvents {
  readonly #renewals: boolean
  #pending = new LinkedMap<string | symbol, Pending>()
  /** Whether the last marker that the watcher took was `interrupted`. */
  #isInterruptionTold = false

  /** @param renewals whether a new expiry alone is a change. */
  constructor(renewals: boolean) {
    this.#renewals = renewals
  }

  get size(): number {
    return this.#pending.size
  }

  /** Adds all matches at the beginning of a watch, then `current`. */
  begin(registrations: readonly Registration[], position: string): void {
    for (const registration of registrations) {
      this.#pending.set(registration.identity, joining(registration))
    }
    this.#pending.set(current, { type: 'current', from: position })
  }

  /** Like `begin`, after a `reset`, for a watcher whose state is out of date. */
  reset(registrations: readonly Registration[], position: string): void {
    this.#pending.clear()
    this.#pending.set(reset, { type: 'reset', from: BEGINNING })
    this.begin(registrations, position)
  }

  /**
   * Adds changes that may have happened between a resume point and the first call of `change`.
   * @param from the resume point.
   */
  resume(untold: ReadonlyMap<string, Untold>, from: string, position: string): void {
    const later = this.#pending
    this.#pending = new LinkedMap()
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
   * Adds a change.
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
      // An existing key keeps its place.
      this.#pending.set(identity, { known, now: after, reason, from: untold.from })
    }
  }

  interrupt(reason: string, position: string): void {
    if (this.#isInterruptionTold) this.#pending.delete(current)
    else if (!this.#pending.has(interrupted)) {
      this.#pending.set(interrupted, { type: 'interrupted', reason, from: position })
    }
  }

  /** Ends an interruption; `change` has noted all changes during it. */
  heal(position: string): void {
    if (this.#pending.delete(interrupted) || !this.#isInterruptionTold) return
    this.#pending.delete(current)
    this.#pending.set(current, { type: 'current', from: position })
  }

  clear(): void {
    this.#pending.clear()
  }

  /**
   * Takes the next event.
   * @param position the resume point after everything noted.
   * @returns `from`: where to resume after this event.
   */
  take(position: string): { readonly news: WatchNews; readonly from: string } | undefined {
    const first = this.#pending.first()
    if (first === undefined) return undefined
    const [identity, pending] = first
    this.#pending.delete(identity)
    const news = newsOf(String(identity), pending)
    if (news.type === 'interrupted') this.#isInterruptionTold = true
    if (news.type === 'current') this.#isInterruptionTold = false
    const next = this.#pending.first()
    return { news, from: next === undefined ? position : next[1].from }
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
