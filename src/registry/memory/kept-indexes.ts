import type { Registration, Identified } from '../registration.ts'
import { GrowingIndex, type Index } from './growing-index.ts'
import type { SortedList } from './sorted-list.ts'

/** The number of indexes to keep. */
export interface IndexBounds {
  /** Maximum number of indexes. */
  readonly max: number
  /** Number of indexes kept for any number of registrations. */
  readonly min: number
  /** Maximum total of registrations in all indexes, for more than `min` indexes. */
  readonly maxRegistrations: number
  /** Number of recent requests after which an index is built: building costs more than a few answers without it. */
  readonly minRequests: number
}

/** Number of requests that count as recent. */
const RECENT_REQUESTS = 256

/** Minimum ratio of an index's requests to those of the index that it displaces. */
const DISPLACING_RATIO = 4

/** An index is dropped when updating it has cost more than rebuilding would. */
const MAX_IDLE_CHANGES = 20_000

interface Kept<I extends Index> {
  readonly growing: GrowingIndex<I>
  /** Changes since its last request. */
  idleChanges: number
}

/**
 * The indexes of one kind that are worth their cost, by name. A new index doesn't displace one that is
 * requested about as often, so no number of names makes every request build an index.
 */
export class KeptIndexes<I extends Index> {
  readonly #all: SortedList<Identified, Registration>
  readonly #bounds: IndexBounds
  readonly #kept = new Map<string, Kept<I>>()
  readonly #requests = new RecentNames(RECENT_REQUESTS)

  /** @param all the registrations to index. */
  constructor(all: SortedList<Identified, Registration>, bounds: IndexBounds) {
    this.#all = all
    this.#bounds = bounds
  }

  get size(): number {
    return this.#kept.size
  }

  /** The index, if it is ready. */
  get(name: string): I | undefined {
    const growing = this.#kept.get(name)?.growing
    return growing?.isReady === true ? growing.index : undefined
  }

  /**
   * Notes a request for an index, and builds it if that pays.
   * @returns a promise that resolves when the index is ready, or `null` if there is nothing to wait for.
   */
  request(name: string, make: () => I): Promise<void> | null {
    this.#requests.add(name)
    let kept = this.#kept.get(name)
    if (kept === undefined) {
      if (!this.#makeRoomFor(name)) return null
      kept = { growing: new GrowingIndex(make()), idleChanges: 0 }
      this.#kept.set(name, kept)
    }
    kept.idleChanges = 0
    return kept.growing.build(this.#all)
  }

  update(before: Registration | undefined, after: Registration | undefined): void {
    for (const [name, kept] of this.#kept) {
      kept.idleChanges += 1
      if (kept.idleChanges > 2 * this.#all.size + MAX_IDLE_CHANGES) this.#drop(name)
      else kept.growing.update(before, after)
    }
  }

  #makeRoomFor(name: string): boolean {
    const { min, max, maxRegistrations, minRequests } = this.#bounds
    const requests = this.#requests.count(name)
    if (requests < minRequests) return false
    const capacity = Math.min(max, Math.max(min, Math.floor(maxRegistrations / this.#all.size)))
    while (this.#kept.size >= capacity) {
      const least = this.#leastRequested()
      if (least === null) return false
      if (requests < DISPLACING_RATIO * Math.max(1, this.#requests.count(least))) return false
      this.#drop(least)
    }
    return true
  }

  #leastRequested(): string | null {
    let least: string | null = null
    for (const name of this.#kept.keys()) {
      if (least === null || this.#requests.count(name) < this.#requests.count(least)) least = name
    }
    return least
  }

  #drop(name: string): void {
    this.#kept.get(name)?.growing.drop()
    this.#kept.delete(name)
  }
}

/** Counts each name among the most recent ones. */
class RecentNames {
  readonly #counts = new Map<string, number>()
  readonly #names: string[] = []
  readonly #length: number
  #next = 0

  /** @param length how many names count as recent, > 0. */
  constructor(length: number) {
    this.#length = length
  }

  add(name: string): void {
    const oldest = this.#names[this.#next]
    if (oldest !== undefined) {
      const left = this.count(oldest) - 1
      if (left === 0) this.#counts.delete(oldest)
      else this.#counts.set(oldest, left)
    }
    this.#names[this.#next] = name
    this.#next = (this.#next + 1) % this.#length
    this.#counts.set(name, this.count(name) + 1)
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }
}
