import { isDeepStrictEqual } from 'node:util'
import type { Registration } from '../registration.ts'

/** A change of one identity's registration. */
export interface RegistrationChange {
  readonly identity: string
  /** `null` if it was not registered. */
  readonly before: Registration | null
  /** `null` if it is no longer registered. */
  readonly after: Registration | null
  /** Whether it expired; meaningless if `after` is set. */
  readonly isExpiry: boolean
}

/** The kind of a change to an identity. */
export type Touch =
  /** Metadata stayed: it was renewed or moved to another gateway. */
  'kept' | 'registered' | 'unregistered' | 'expired'

/** The kind of a change. */
export function touchOf({ before, after, isExpiry }: RegistrationChange): Touch {
  if (after === null) return isExpiry ? 'expired' : 'unregistered'
  return before?.metadata === after.metadata ? 'kept' : 'registered'
}

/** The identities of some changes, each with its last change of metadata, if any. */
export class TouchedIdentities implements Iterable<readonly [identity: string, touch: Touch]> {
  readonly #touches = new Map<string, Touch>()

  /** Adds a change; call in order. */
  add(identity: string, touch: Touch): void {
    if (touch !== 'kept' || !this.#touches.has(identity)) this.#touches.set(identity, touch)
  }

  [Symbol.iterator](): Iterator<readonly [identity: string, touch: Touch]> {
    return this.#touches.entries()
  }
}

/** Whether two states of one identity are the same to a watcher, with or without `renewals`. */
export function isSameToWatcher(
  a: Registration | null,
  b: Registration | null,
  renewals: boolean,
): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  return (
    a.registeredAt === b.registeredAt &&
    a.gateway === b.gateway &&
    (!renewals || a.expiresAt === b.expiresAt) &&
    isDeepStrictEqual(a.metadata, b.metadata)
  )
}

/** The changes that turn one list of registrations, ordered by identity, into another. */
export function* differences(
  before: readonly Registration[],
  after: readonly Registration[],
): Generator<{
  readonly identity: string
  readonly before: Registration | null
  readonly after: Registration | null
}> {
  let nextBefore = 0
  let nextAfter = 0
  for (;;) {
    const a = before[nextBefore]
    const b = after[nextAfter]
    if (a === undefined && b === undefined) return
    if (a !== undefined && (b === undefined || a.identity < b.identity)) {
      nextBefore += 1
      yield { identity: a.identity, before: a, after: null }
    } else if (b !== undefined && (a === undefined || b.identity < a.identity)) {
      nextAfter += 1
      yield { identity: b.identity, before: null, after: b }
    } else if (a !== undefined && b !== undefined) {
      nextBefore += 1
      nextAfter += 1
      if (!isSameToWatcher(a, b, true)) yield { identity: a.identity, before: a, after: b }
    }
  }
}
