import { type Registration, isIdentityBefore } from '../registration.ts'
import { SortedList } from './sorted-list.ts'
import type { SortedView } from './sorted-view.ts'

/** Registrations by expiry, the earliest first; those that never expire are last. */
export class ExpiryQueue {
  readonly #list = new SortedList<Registration, Registration>(isExpiryBefore)

  /** The earliest expiry, Unix ms; `null` if empty. */
  get earliest(): number | null {
    return this.#list.first?.expiresAt ?? null
  }

  /** Replaces an identity's registration; either may be missing. */
  update(before: Registration | undefined, after: Registration | undefined): void {
    if (before && before.expiresAt !== after?.expiresAt) this.#list.remove(before)
    if (after) this.#list.put(after)
  }

  /** The earliest registration if it has expired at `now` (Unix ms), otherwise `undefined`. */
  firstExpired(now: number): Registration | undefined {
    const { first } = this.#list
    return first !== undefined && hasExpired(first, now) ? first : undefined
  }

  /** All registrations by expiry, then by identity. */
  view(): SortedView<Registration, Registration> {
    return this.#list.view()
  }
}

/** Whether a registration has expired at `now` (Unix ms): it lives until just before `expiresAt`. */
export function hasExpired(registration: Registration, now: number): boolean {
  return registration.expiresAt !== null && registration.expiresAt <= now
}

/** Orders by expiry, then by identity. */
export function isExpiryBefore(a: Registration, b: Registration): boolean {
  const first = a.expiresAt ?? Infinity
  const second = b.expiresAt ?? Infinity
  return first === second ? isIdentityBefore(a, b) : first < second
}
