import { randomBytes } from 'node:crypto'
import { LinkedMap } from '../linked-map.ts'
import type { OrderedRegistrations } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import { firstInOrder } from './first-in-order.ts'
import type { SortOrder } from './sort-order.ts'
import { invalid } from './cursor.ts'

/** The bounds of a registry's snapshots. */
export interface SnapshotBounds {
  /** Maximum number of listings that can be continued. */
  readonly maxSnapshots: number
  /** Maximum total of registrations; the latest snapshot is always kept. */
  readonly maxRegistrations: number
  /** How long an unused snapshot is kept, in ms. */
  readonly maxIdleMs: number
}

/**
 * Default bounds. A registration costs 8 bytes until the second page is requested, plus replaced
 * registrations that would otherwise be freed.
 */
const SNAPSHOT_BOUNDS: SnapshotBounds = {
  maxSnapshots: 1_000,
  maxRegistrations: 1_000_000,
  maxIdleMs: 5 * 60_000,
}

/** The order of one listing as of its first page. */
export interface Snapshot {
  /** The number of registrations kept. */
  readonly size: number
  /** The identities in order, skipping the first `count`. */
  skipping(count: number): Promise<Iterable<string>>
}

/** Registrations that are sorted only when a second page is requested, because that is rare. */
export class UnsortedSnapshot implements Snapshot {
  readonly size: number
  readonly #order: SortOrder
  /** Freed once they are sorted. */
  #registrations: Iterable<Registration>
  #identities: Promise<readonly string[]> | null = null

  constructor(registrations: Iterable<Registration>, size: number, order: SortOrder) {
    this.size = size
    this.#registrations = registrations
    this.#order = order
  }

  async skipping(count: number): Promise<Iterable<string>> {
    this.#identities ??= this.#sort()
    return from(await this.#identities, count)
  }

  async #sort(): Promise<readonly string[]> {
    const sorted = await firstInOrder(this.#registrations, this.#order, Infinity)
    this.#registrations = []
    return sorted.map(({ identity }) => identity)
  }
}

/** All registrations in order, including those that don't match. */
export class OrderedSnapshot implements Snapshot {
  readonly #ordered: OrderedRegistrations
  readonly #order: SortOrder['order']

  constructor(ordered: OrderedRegistrations, order: SortOrder['order']) {
    this.#ordered = ordered
    this.#order = order
  }

  get size(): number {
    return this.#ordered.size
  }

  async skipping(count: number): Promise<Iterable<string>> {
    return identitiesOf(this.#ordered.skipping(count, this.#order))
  }
}

function* from(identities: readonly string[], start: number): Generator<string> {
  for (let at = start; at < identities.length; at += 1) yield identities[at] ?? ''
}

function* identitiesOf(registrations: Iterable<Registration>): Generator<string> {
  for (const { identity } of registrations) yield identity
}

/** A snapshot, and when it was last used. */
interface Kept {
  readonly snapshot: Snapshot
  /** The digest of its listing. */
  readonly digest: string
  readonly usedAt: number
}

/** The most recently used snapshots of one registry, within bounds. */
export class Snapshots {
  /** Distinguishes this registry's cursors from those of others. */
  readonly registryId = randomBytes(9).toString('base64url')
  readonly #bounds: SnapshotBounds
  readonly #now: () => number
  /** Least recently used first. */
  readonly #kept = new LinkedMap<number, Kept>()
  #registrations = 0
  #lastId = 0

  /** @param now a monotonic clock, in ms. */
  constructor(bounds: SnapshotBounds = SNAPSHOT_BOUNDS, now = () => performance.now()) {
    this.#bounds = bounds
    this.#now = now
  }

  /** Keeps the snapshot of the listing with this digest; returns its id. */
  add(snapshot: Snapshot, digest: string): number {
    this.#lastId += 1
    this.#registrations += snapshot.size
    this.#kept.set(this.#lastId, { snapshot, digest, usedAt: this.#now() })
    this.#drop()
    return this.#lastId
  }

  /**
   * Returns a snapshot of the listing with this digest, and marks it as used. Another listing's would show the order of
   * fields that the caller may not see.
   * @throws RegistryError `INVALID_ARGUMENT` if it is unknown, dropped or of another listing.
   */
  get(registryId: string, id: number, digest: string): Snapshot {
    this.#drop()
    const found = registryId === this.registryId ? this.#kept.get(id) : undefined
    if (found?.digest !== digest) {
      const reason =
        registryId === this.registryId
          ? 'expired: its order is no longer kept'
          : 'belongs to another registry, which keeps its order in its own process'
      throw invalid(
        `${reason}. Leave it out to start over, or sort by identity, whose cursors are valid in every process`,
      )
    }
    // Reinserting marks the snapshot as used last.
    this.#kept.delete(id)
    this.#kept.set(id, { ...found, usedAt: this.#now() })
    return found.snapshot
  }

  clear(): void {
    this.#kept.clear()
    this.#registrations = 0
  }

  #drop(): void {
    const { maxSnapshots, maxRegistrations, maxIdleMs } = this.#bounds
    const oldest = this.#now() - maxIdleMs
    for (let first = this.#kept.first(); first !== undefined; first = this.#kept.first()) {
      const [id, { snapshot, usedAt }] = first
      const isOver = this.#kept.size > maxSnapshots || this.#registrations > maxRegistrations
      if (usedAt >= oldest && !(isOver && this.#kept.size > 1)) break
      this.#kept.delete(id)
      this.#registrations -= snapshot.size
    }
  }
}
