import { isIdentityBefore, type Registration } from '../registration.ts'
import { isExpiryBefore } from './expiry-queue.ts'
import { SortedRuns } from './sorted-runs.ts'

/**
 * The registrations of an index that is being loaded: they arrive unsorted, are sorted in the end, and
 * may change all the while.
 */
export class IndexLoading {
  readonly #current: (identity: string) => Registration | undefined
  readonly #all = new SortedRuns<Registration>(isIdentityBefore)
  readonly #expiries = new SortedRuns<Registration>(isExpiryBefore)
  /** Identities of which an earlier registration was noted that no longer holds. */
  readonly #superseded = new Set<string>()
  /** While sorting: for each identity changed since, its registration when sorting began. */
  #changed: Map<string, Registration | undefined> | null = null

  /** @param current the present registration of an identity. */
  constructor(current: (identity: string) => Registration | undefined) {
    this.#current = current
  }

  /** Notes a change before it is made. */
  note(identity: string, after: Registration | null): void {
    if (this.#changed !== null) {
      // Only the first state may have been sorted.
      if (!this.#changed.has(identity)) this.#changed.set(identity, this.#current(identity))
    } else if (after !== null) {
      this.#all.add(after)
      this.#expiries.add(after)
    }
  }

  /** Notes that an earlier registration of an identity no longer holds. */
  supersede(identity: string): void {
    this.#superseded.add(identity)
  }

  /**
   * Gives out the registrations that still hold, in order, yielding to the event loop.
   * @param putInAll receives each, by identity; `putInExpiries`, by expiry.
   * @param pause is awaited every few ms.
   * @returns the identities changed meanwhile, each with its registration when sorting began.
   */
  async drainTo(
    putInAll: (registration: Registration) => void,
    putInExpiries: (registration: Registration) => void,
    pause: () => Promise<void>,
  ): Promise<ReadonlyMap<string, Registration | undefined>> {
    const changed = (this.#changed = new Map<string, Registration | undefined>())
    await this.#all.drainTo((registration) => {
      if (this.#holds(registration)) putInAll(registration)
    }, pause)
    await this.#expiries.drainTo((registration) => {
      if (this.#holds(registration)) putInExpiries(registration)
    }, pause)
    return changed
  }

  #holds(registration: Registration): boolean {
    const { identity } = registration
    return !this.#superseded.has(identity) || this.#current(identity) === registration
  }
}
