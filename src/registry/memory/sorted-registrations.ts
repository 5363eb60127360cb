import type { Registration } from '../registration.ts'

const none: readonly Registration[] = Object.freeze([])

/** Changes held back before they are merged without being asked for, so that they can't pile up. */
const minimumHeldChanges = 1024

/**
 * Registrations ordered by identity. A change costs O(1) when it is made; the next `list()` merges
 * all changes at once: O(d log n) comparisons for d changes, and one copy of n references.
 */
export class SortedRegistrations {
  #sorted: readonly Registration[] = none
  readonly #changes = new Map<string, Registration | null>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds a registration of an identity that is not in here. */
  add(registration: Registration): void {
    this.#size += 1
    this.#change(registration.identity, registration)
  }

  /** Puts a registration in the place of the one of the same identity, which is in here. */
  replace(registration: Registration): void {
    this.#change(registration.identity, registration)
  }

  /** Removes an identity that is in here. */
  remove(identity: string): void {
    this.#size -= 1
    this.#change(identity, null)
  }

  /** All of them, by UTF-16 code units of the identity; frozen, since callers share it. */
  list(): readonly Registration[] {
    if (this.#changes.size > 0) {
      this.#sorted = Object.freeze(merge(this.#sorted, this.#changes))
      this.#changes.clear()
    }
    return this.#sorted
  }

  #change(identity: string, registration: Registration | null): void {
    this.#changes.set(identity, registration)
    if (this.#changes.size > minimumHeldChanges + this.#sorted.length) this.list()
  }
}

function merge(
  sorted: readonly Registration[],
  changes: ReadonlyMap<string, Registration | null>,
): Registration[] {
  const merged: Registration[] = []
  let next = 0
  const copyUntil = (end: number) => {
    for (; next < end; next += 1) {
      const registration = sorted[next]
      if (registration !== undefined) merged.push(registration)
    }
  }
  for (const identity of [...changes.keys()].sort()) {
    copyUntil(lowerBound(sorted, identity, next))
    if (sorted[next]?.identity === identity) next += 1
    const registration = changes.get(identity)
    if (registration) merged.push(registration)
  }
  copyUntil(sorted.length)
  return merged
}

/** The first index from `from` on whose identity is not below `identity`. */
function lowerBound(sorted: readonly Registration[], identity: string, from: number): number {
  let low = from
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = sorted[middle]
    if (at !== undefined && at.identity < identity) low = middle + 1
    else high = middle
  }
  return low
}
