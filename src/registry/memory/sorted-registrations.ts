import type { Registration } from '../registration.ts'

/** Changes held back at most, plus a share of what is there: so that no merge takes long. */
const heldChanges = 1024
const heldShare = 1 / 16

/** Up to so many changes, patching a copy is quicker than merging. */
const fewChanges = 16

/**
 * Registrations ordered by identity. A change costs O(1) when it is made; the next `list()` merges
 * all changes at once: O(d log n) comparisons for d changes, and one copy of n references.
 */
export class SortedRegistrations {
  #sorted: readonly Registration[]
  readonly #changes = new Map<string, Registration | null>()
  #size: number

  /** @param sorted what to begin with, in order; becomes frozen. */
  constructor(sorted: readonly Registration[] = []) {
    this.#sorted = Object.freeze(sorted)
    this.#size = sorted.length
  }

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
      const apply = this.#changes.size <= fewChanges ? patch : merge
      this.#sorted = Object.freeze(apply(this.#sorted, this.#changes))
      this.#changes.clear()
    }
    return this.#sorted
  }

  #change(identity: string, registration: Registration | null): void {
    this.#changes.set(identity, registration)
    if (this.#changes.size > heldChanges + this.#sorted.length * heldShare) this.list()
  }
}

type Changes = ReadonlyMap<string, Registration | null>

function patch(sorted: readonly Registration[], changes: Changes): Registration[] {
  const patched = [...sorted]
  for (const [identity, registration] of changes) {
    const at = lowerBound(patched, identity, 0)
    const held = patched[at]?.identity === identity ? 1 : 0
    if (registration && held) patched[at] = registration
    else if (registration) patched.splice(at, 0, registration)
    else patched.splice(at, held)
  }
  return patched
}

function merge(sorted: readonly Registration[], changes: Changes): Registration[] {
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
