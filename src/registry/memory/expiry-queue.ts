import type { Registration } from '../registration.ts'

/** A registration that does expire. */
type Expiring = Registration & { readonly expiresAt: number }

/** Registrations by expiry, the earliest first: a binary heap. Never-expiring ones are not kept. */
export class ExpiryQueue {
  readonly #heap: Expiring[] = []

  get size(): number {
    return this.#heap.length
  }

  /** The earliest expiry, Unix ms; `null` if there is none. */
  get earliest(): number | null {
    return this.#heap[0]?.expiresAt ?? null
  }

  push(registration: Registration): void {
    if (!isExpiring(registration)) return
    const heap = this.#heap
    let at = heap.length
    heap.push(registration)
    while (at > 0) {
      const parentAt = (at - 1) >>> 1
      const parent = heap[parentAt]
      if (parent === undefined || parent.expiresAt <= registration.expiresAt) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = registration
  }

  /** Takes out the earliest if it has ended at `now` (Unix ms), otherwise `undefined`. */
  popExpired(now: number): Registration | undefined {
    const first = this.#heap[0]
    if (first === undefined || !hasExpired(first, now)) return undefined
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  /** Keeps only what `isCurrent` says is still wanted. */
  retain(isCurrent: (registration: Registration) => boolean): void {
    const kept = this.#heap.filter(isCurrent)
    this.#heap.length = 0
    for (const registration of kept) this.push(registration)
  }

  #sink(registration: Expiring): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const leftAt = 2 * at + 1
      const left = heap[leftAt]
      const right = heap[leftAt + 1]
      if (left === undefined) break
      const isRightEarlier = right !== undefined && right.expiresAt < left.expiresAt
      const child = isRightEarlier ? right : left
      if (child.expiresAt >= registration.expiresAt) break
      heap[at] = child
      at = isRightEarlier ? leftAt + 1 : leftAt
    }
    heap[at] = registration
  }
}

/** Whether a registration has ended at `now` (Unix ms): it lives until `expiresAt`, not through it. */
export function hasExpired(registration: Registration, now: number): boolean {
  return registration.expiresAt !== null && registration.expiresAt <= now
}

function isExpiring(registration: Registration): registration is Expiring {
  return registration.expiresAt !== null
}
