import { EventLoopBudget } from '../event-loop-budget.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { Registration } from '../registration.ts'
import type { EndSignal } from './ending.ts'
import { PendingEvents, type Untold } from './pending-events.ts'
import type { RegistrationChange, Touch, TouchedIdentities } from './registration-change.ts'
import type { WatchEvent, WatchStream } from './watch-event.ts'
import type { WatchTokens } from './watch-token.ts'

type Result = IteratorResult<WatchEvent, undefined>
type Waiter = PromiseWithResolvers<Result>

const done: Result = Object.freeze({ done: true, value: undefined })

/** Maximum time per turn of the event loop for one consumer, in ms. */
const TURN_BUDGET_MS = 10

/** The settings of a watch, and the parts of its store. */
export interface WatchSettings {
  readonly filter: CompiledFilter
  readonly renewals: boolean
  readonly tokens: WatchTokens
  /** The resume point after every change noted so far. */
  readonly position: () => string
  readonly signals: readonly EndSignal[]
  /** Called once, however the watch ends. */
  readonly onEnd: (watch: Watch) => void
}

/**
 * One watch: the store notes changes, the consumer takes events. It yields nothing until the store begins
 * it, but changes may be noted earlier.
 */
export class Watch implements WatchStream {
  readonly #settings: WatchSettings
  readonly #pending: PendingEvents
  readonly #waiters: Waiter[] = []
  readonly #budget = new EventLoopBudget(TURN_BUDGET_MS)
  readonly #end = (): void => this.end()
  #isBegun = false
  #isYielding = false
  #hasEnded = false
  #failure: Error | null = null

  constructor(settings: WatchSettings) {
    this.#settings = settings
    this.#pending = new PendingEvents(settings.renewals)
    for (const signal of settings.signals) signal.addEventListener('abort', this.#end)
    if (settings.signals.some(({ aborted }) => aborted)) this.end()
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Drops the changes noted so far, because the initial registrations include them. */
  discard(): void {
    this.#pending.clear()
  }

  /** Begins. @param registrations all matches; empty if the watch reports only changes. */
  begin(registrations: readonly Registration[]): void {
    if (this.#hasEnded) return
    this.#pending.begin(registrations, this.#settings.position())
    this.#open()
  }

  /** Begins with a `reset` and all matches, because the watch can't be resumed. */
  reset(registrations: readonly Registration[]): void {
    if (this.#hasEnded) return
    this.#pending.reset(registrations, this.#settings.position())
    this.#open()
  }

  /**
   * Begins with the identities that were touched since a resume point.
   * @param get the registration of an identity as of the changes noted so far.
   */
  resume(
    from: string,
    touched: TouchedIdentities,
    get: (identity: string) => Registration | undefined,
  ): void {
    if (this.#hasEnded) return
    const untold = new Map<string, Untold>()
    for (const [identity, touch] of touched) {
      const each = this.#untold(touch, get(identity) ?? null)
      if (each !== null) untold.set(identity, each)
    }
    this.#pending.resume(untold, from, this.#settings.position())
    this.#open()
  }

  /** Notes a change after `position`. */
  change(change: RegistrationChange): void {
    const { identity, before, after, isExpiry } = change
    const reason = after === null ? (isExpiry ? 'expired' : 'unregistered') : 'changed'
    const position = this.#settings.position()
    this.#pending.change(
      identity,
      this.#ifMatching(before),
      this.#ifMatching(after),
      reason,
      position,
    )
    this.#tell()
  }

  interrupt(reason: string): void {
    this.#pending.interrupt(reason, this.#settings.position())
    this.#tell()
  }

  heal(): void {
    this.#pending.heal(this.#settings.position())
    this.#tell()
  }

  /** Ends the watch without an error. Idempotent, as is `fail`. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#pending.clear()
    for (const signal of this.#settings.signals) signal.removeEventListener('abort', this.#end)
    this.#settings.onEnd(this)
    this.#tell()
  }

  /** Ends the watch with an error, which the consumer receives once. */
  fail(error: unknown): void {
    if (this.#hasEnded) return
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.end()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    const waiter: Waiter = Promise.withResolvers()
    this.#waiters.push(waiter)
    this.#tell()
    return waiter.promise
  }

  async return(): Promise<Result> {
    this.end()
    return done
  }

  #open(): void {
    this.#isBegun = true
    this.#tell()
  }

  /** Answers waiting calls of `next` while there are events. */
  #tell(): void {
    while (this.#waiters.length > 0) {
      if (this.#hasEnded) {
        this.#finish()
      } else {
        if (!this.#isBegun || this.#isYielding || this.#pending.size === 0) return
        if (this.#budget.check()) return this.#yield()
        const taken = this.#pending.take(this.#settings.position())
        if (taken === undefined) return
        const value = { ...taken.news, token: this.#settings.tokens.write(taken.from) }
        this.#waiters.shift()?.resolve({ done: false, value })
      }
    }
  }

  #finish(): void {
    const waiter = this.#waiters.shift()
    const failure = this.#failure
    this.#failure = null
    if (failure === null) waiter?.resolve(done)
    else waiter?.reject(failure)
  }

  /** Lets other work run: a consumer that is always answered at once never yields. */
  #yield(): void {
    this.#isYielding = true
    void this.#budget.renew().then(() => {
      this.#isYielding = false
      this.#tell()
    })
  }

  #ifMatching(registration: Registration | null): Registration | null {
    return registration && this.#settings.filter.matches(registration.metadata)
      ? registration
      : null
  }

  /** The event for a touched identity; the consumer may already know it. */
  #untold(touch: Touch, registration: Registration | null): Untold | null {
    const now = this.#ifMatching(registration)
    if (registration === null) {
      const reason = touch === 'unregistered' ? 'unregistered' : 'expired'
      return { known: undefined, now, reason }
    }
    // Its metadata is unchanged, so it didn't match before either.
    if (touch === 'kept' && now === null) return null
    return { known: undefined, now, reason: 'changed' }
  }
}
