import { randomBytes } from 'node:crypto'
import type { Registration } from '../registration.ts'
import { firstInOrder } from './first-in-order.ts'
import type { SortOrder } from './sort-order.ts'
import { invalid } from './cursor.ts'

/** How much is kept, and for how long. */
export interface SnapshotBounds {
  /** Listings whose next page may be asked for. */
  readonly maxSnapshots: number
  /** Registrations in them together; the latest snapshot is kept however many it has. */
  readonly maxRegistrations: number
  /** How long a snapshot is kept that no page is asked of, in ms. */
  readonly maxIdleMs: number
}

/**
 * A registration costs 8 bytes until the second page is asked for, besides what has been replaced since
 * and would otherwise be gone.
 */
export const SNAPSHOT_BOUNDS: SnapshotBounds = {
  maxSnapshots: 1_000,
  maxRegistrations: 1_000_000,
  maxIdleMs: 5 * 60_000,
}

/**
 * The identities of one listing, in the order of the first page. They are put in order when a second
 * page is asked for, because seldom one is.
 */
export class Snapshot {
  readonly size: number
  readonly #order: SortOrder
  /** Let go of once they are in order. */
  #registrations: readonly Registration[]
  #identities: Promise<readonly string[]> | null = null

  constructor(registrations: readonly Registration[], order: SortOrder) {
    this.size = registrations.length
    this.#registrations = registrations
    this.#order = order
  }

  get identities(): Promise<readonly string[]> {
    this.#identities ??= this.#sort()
    return this.#identities
  }

  async #sort(): Promise<readonly string[]> {
    const sorted = await firstInOrder(this.#registrations, this.#order, this.size)
    this.#registrations = []
    return sorted.map(({ identity }) => identity)
  }
}

/** The snapshots that one registry keeps: those used last, within bounds. */
export class Snapshots {
  /** Tells this registry's cursors from those of any other. */
  readonly registryId = randomBytes(9).toString('base64url')
  readonly #bounds: SnapshotBounds
  readonly #now: () => number
  /** The one unused for longest first. */
  readonly #kept = new Map<number, { readonly snapshot: Snapshot; readonly usedAt: number }>()
  #registrations = 0
  #lastId = 0

  /** @param now a monotonic clock, in ms. */
  constructor(bounds: SnapshotBounds = SNAPSHOT_BOUNDS, now = () => performance.now()) {
    this.#bounds = bounds
    this.#now = now
  }

  /** Keeps a snapshot; gives its number. */
  add(snapshot: Snapshot): number {
    this.#lastId += 1
    this.#registrations += snapshot.size
    this.#kept.set(this.#lastId, { snapshot, usedAt: this.#now() })
    this.#drop()
    return this.#lastId
  }

  /** @throws RegistryError `INVALID_ARGUMENT` if there is no such snapshot, or none any more. */
  get(registryId: string, id: number): Snapshot {
    this.#drop()
    const found = registryId === this.registryId ? this.#kept.get(id) : undefined
    if (found === undefined) {
      const reason =
        registryId === this.registryId
          ? 'too old, or too many other listings were begun since: its order is not kept any more'
          : 'made by another registry, which keeps its order in its own process'
      throw invalid(
        `${reason}. Leave it out to begin anew, or sort by identity, whose cursors stay good in every process`,
      )
    }
    // A Map iterates in order of insertion: inserting anew marks the snapshot as used last.
    this.#kept.delete(id)
    this.#kept.set(id, { snapshot: found.snapshot, usedAt: this.#now() })
    return found.snapshot
  }

  clear(): void {
    this.#kept.clear()
    this.#registrations = 0
  }

  #drop(): void {
    const { maxSnapshots, maxRegistrations, maxIdleMs } = this.#bounds
    const oldest = this.#now() - maxIdleMs
    for (const [id, { snapshot, usedAt }] of this.#kept) {
      const isOver = this.#kept.size > maxSnapshots || this.#registrations > maxRegistrations
      if (usedAt >= oldest && !(isOver && this.#kept.size > 1)) break
      this.#kept.delete(id)
      this.#registrations -= snapshot.size
    }
  }
}
