import type { Registration, Identified } from '../registration.ts'
import { GrowingIndex, type Index } from './growing-index.ts'
import type { SortedList } from './sorted-list.ts'

/** Which indexes are kept. */
export interface IndexBounds {
  /** Indexes at most. */
  readonly max: number
  /** Indexes that are kept however many registrations there are. */
  readonly min: number
  /** Registrations in all indexes together, if there are more than `min` indexes. */
  readonly maxRegistrations: number
  /** An index is built when it is requested for this time lately, because building it costs more than doing without. */
  readonly minRequests: number
}

/** Requests that count as lately. */
const RECENT_REQUESTS = 256

/** How much more often an index must be requested than the one that it displaces. */
const DISPLACING_RATIO = 4

/** An index is dropped when keeping it up to date has cost more than building it anew would. */
const MAX_IDLE_CHANGES = 20_000

interface Kept<I extends Index> {
  readonly growing: GrowingIndex<I>
  /** Changes since it was requested last. */
  idleChanges: number
}

/**
 * The indexes of one kind, by name, that are worth their keep. One more than fits doesn't displace
 * another that is requested about as often, so no number of names makes every request build one.
 */
export class KeptIndexes<I extends Index> {
  readonly #all: SortedList<Identified, Registration>
  readonly #bounds: IndexBounds
  readonly #kept = new Map<string, Kept<I>>()
  readonly #requests = new RecentNames(RECENT_REQUESTS)

  /** @param all what the indexes are built of. */
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
   * Takes note of a request for an index, and builds it if it is worth it.
   * @returns when it will be ready, if that is worth waiting for.
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

/** How often each name was among the last so many. */
class RecentNames {
  readonly #counts = new Map<string, number>()
  readonly #names: string[] = []
  readonly #length: number
  #next = 0

  /** @param length how many count, > 0. */
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
