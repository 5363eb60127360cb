import { EventLoopBudget } from '../event-loop-budget.ts'
import type { CompiledFilter, EqualityClause } from '../filter/compile.ts'
import type { SortOrder } from '../paging/sort-order.ts'
import type { OrderedRegistrations, RegistrationView } from '../registration-view.ts'
import { type Registration, isIdentityBefore, type Identified } from '../registration.ts'
import { NameTables } from '../targets/name-tables.ts'
import type { TargetSet } from '../targets/target-set.ts'
import type { RegistrationChange } from '../watch/registration-change.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { FieldIndex } from './field-index.ts'
import { IdentityMap } from './identity-map.ts'
import { IndexLoading } from './index-loading.ts'
import { KeptIndexes, type IndexBounds } from './kept-indexes.ts'
import { OrderIndex } from './order-index.ts'
import { SortedList } from './sorted-list.ts'
import { SortedView } from './sorted-view.ts'

/** Bounds of the indexes of fields in equality clauses. */
const FIELD_BOUNDS: IndexBounds = { max: 32, min: 4, maxRegistrations: 8_000_000, minRequests: 1 }

/** Bounds of the indexes of sort orders. Building one costs as much as sorting a few pages. */
const ORDER_BOUNDS: IndexBounds = { max: 4, min: 1, maxRegistrations: 2_000_000, minRequests: 3 }

/** Number of equalities per filter that use indexes; further ones are evaluated. */
const MAX_INDEXED_CLAUSES = 4

/** Up to this many candidates, evaluation is faster than another index. */
const FEW_CANDIDATES = 1_000

/** Maximum time per turn of the event loop for evaluating a filter, in ms. */
const TURN_BUDGET_MS = 2

/** Registrations evaluated between two reads of the clock. */
const STEP = 64

/** Registrations per step of an iteration over all. */
const ITERATION_STEP = 64

type Matches = SortedView<Identified, Registration>

/**
 * Live registrations in memory: by identity, by expiry, and by requested fields and sort orders. A change
 * costs O(log n) per index; an answer costs time proportional to its size, unless the filter must be
 * evaluated.
 */
export class RegistrationIndex {
  readonly #byIdentity = new IdentityMap<Registration>()
  readonly #all = new SortedList<Identified, Registration>(isIdentityBefore)
  readonly #expiries = new ExpiryQueue()
  readonly #fields = new KeptIndexes<FieldIndex>(this.#all, FIELD_BOUNDS)
  readonly #orders = new KeptIndexes<OrderIndex>(this.#all, ORDER_BOUNDS)
  readonly #names = new NameTables()
  /** The state of loading; `null` once loaded. */
  #loading: IndexLoading | null = null
  /** Called after each change. */
  onChange: ((change: RegistrationChange) => void) | null = null

  /** An index to load by `put` and complete by `endLoading`; until then it can't be searched. */
  static toLoad(): RegistrationIndex {
    const index = new RegistrationIndex()
    index.#loading = new IndexLoading((identity) => index.#byIdentity.get(identity))
    return index
  }

  get size(): number {
    return this.#byIdentity.size
  }

  /** The next expiry, Unix ms; `null` if nothing expires. */
  get nextExpiry(): number | null {
    return this.#expiries.earliest
  }

  get(identity: string): Registration | undefined {
    return this.#byIdentity.get(identity)
  }

  /** Iterates over all registrations; those that come or go during the iteration may be missing. */
  *registrations(): Generator<Registration, undefined> {
    let last: Identified | undefined
    for (;;) {
      // A view held for the whole iteration would retain replaced registrations.
      const some = firstOf(this.#all.view().ascending(last), ITERATION_STEP)
      yield* some
      last = some.at(-1)
      if (last === undefined) return undefined
    }
  }

  /** Adds a registration, replacing the identity's present one. */
  put(registration: Registration): void {
    const { identity } = registration
    this.#loading?.note(identity, registration)
    const sizeBefore = this.size
    this.#byIdentity.set(identity, registration)
    if (this.size === sizeBefore) this.#loading?.supersede(identity)
    this.#names.put(identity, registration.gateway)
    if (this.#loading !== null) return
    const before = this.#all.put(registration)
    this.#update(before, registration)
    this.onChange?.({ identity, before: before ?? null, after: registration, isExpiry: false })
  }

  /**
   * Removes an identity; returns `false` if it is missing.
   * @param isExpiry whether it has expired.
   */
  remove(identity: string, isExpiry = false): boolean {
    const before = this.#byIdentity.get(identity)
    if (!before) return false
    this.#loading?.note(identity, null)
    this.#loading?.supersede(identity)
    this.#byIdentity.delete(identity)
    this.#names.remove(identity)
    if (this.#loading !== null) return true
    this.#all.remove(before)
    this.#update(before, undefined)
    this.onChange?.({ identity, before, after: null, isExpiry })
    return true
  }

  /**
   * Sorts the loaded registrations and applies changes made meanwhile.
   * @param pause awaited every few ms.
   */
  async endLoading(pause: () => Promise<void>): Promise<void> {
    const loading = this.#loading
    if (loading === null) return
    const changed = await loading.drainTo(
      (registration) => this.#all.put(registration),
      (registration) => this.#expiries.update(undefined, registration),
      pause,
    )
    this.#loading = null
    for (const [identity, before] of changed) {
      const after = this.#byIdentity.get(identity)
      if (after) this.#all.put(after)
      else this.#all.remove({ identity })
      this.#expiries.update(before, after)
    }
  }

  /**
   * Removes registrations that have expired at `now` (Unix ms), at most `limit`.
   * @returns whether no expired registrations are left.
   */
  expire(now: number, limit = Infinity): boolean {
    for (let removed = 0; removed < limit; removed += 1) {
      const registration = this.#expiries.firstExpired(now)
      if (!registration) return true
      this.remove(registration.identity, true)
    }
    return false
  }

  /** All registrations, ordered by identity; frozen, because callers share the list. */
  list(): readonly Registration[] {
    return this.#all.view().toArray()
  }

  /**
   * The matches, ordered by identity; frozen. Blocks the event loop: call `prepare` first, and use `view`
   * unless the answer must be synchronous.
   */
  select(filter: CompiledFilter): readonly Registration[] {
    const { candidates, areMatches } = this.#candidates(filter)
    if (areMatches) return candidates.toArray()
    return Object.freeze(candidates.toArray().filter(({ metadata }) => filter.matches(metadata)))
  }

  /**
   * Builds the indexes for a call of `view`, as far as they pay.
   * @param order the order of a listing's first page, if not by identity.
   * @returns a promise that resolves when they are ready, or `null` if there is nothing to wait for.
   *   Registrations may change meanwhile.
   */
  prepare(filter: CompiledFilter, order: SortOrder | null = null): Promise<unknown> | null {
    const building: Promise<void>[] = []
    const request = (index: Promise<void> | null): void => {
      if (index !== null) building.push(index)
    }
    for (const { path } of this.#clausesToIndex(filter)) {
      request(this.#fields.request(nameOf(path), () => new FieldIndex(path)))
    }
    if (order !== null && order.sortBy !== 'expiresAt') {
      request(this.#orders.request(order.sortBy, () => new OrderIndex(order)))
    }
    return building.length === 0 ? null : Promise.all(building)
  }

  /**
   * The matches as of the call; yields to the event loop if many must be evaluated.
   * @throws the signal's reason if the signal is aborted.
   */
  async view(
    filter: CompiledFilter,
    order: SortOrder | null = null,
    signal?: AbortSignal,
  ): Promise<RegistrationView> {
    const ordered = order && this.#ordered(order)
    const { candidates, areMatches } = this.#candidates(filter)
    return {
      matches: areMatches ? candidates : await evaluate(candidates, filter, signal),
      ordered,
    }
  }

  /** The matches as targets of a multicast. */
  async selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet> {
    const isEverything = filter.isEqualitiesOnly && filter.equalities.length === 0
    if (isEverything) return this.#names.all()
    const { matches } = await this.view(filter, null, signal)
    return this.#names.of(matches)
  }

  #update(before: Registration | undefined, after: Registration | undefined): void {
    this.#expiries.update(before, after)
    this.#fields.update(before, after)
    this.#orders.update(before, after)
  }

  #ordered({ sortBy }: SortOrder): OrderedRegistrations | null {
    if (sortBy === 'expiresAt') return this.#expiries.view()
    return this.#orders.get(sortBy)?.view() ?? null
  }

  /** The smallest set of candidates in any index. */
  #candidates({ equalities, isEqualitiesOnly }: CompiledFilter): Candidates {
    let fewest: FieldIndex | null = null
    let [leastCount, sought]: [number, EqualityClause['value']] = [Infinity, null]
    for (const { path, value } of equalities.slice(0, MAX_INDEXED_CLAUSES)) {
      const index = this.#fields.get(nameOf(path))
      const count = index?.count(value) ?? Infinity
      if (index !== undefined && count < leastCount) {
        ;[fewest, leastCount, sought] = [index, count, value]
      }
    }
    const looked = fewest === null ? 0 : 1
    return {
      candidates: fewest === null ? this.#all.view() : fewest.view(sought),
      areMatches: isEqualitiesOnly && equalities.length === looked,
    }
  }

  /** The clauses whose indexes help: a single one if it leaves few candidates. */
  #clausesToIndex({ equalities }: CompiledFilter): readonly EqualityClause[] {
    const clauses = equalities.slice(0, MAX_INDEXED_CLAUSES)
    const sufficient = clauses.find(({ path, value }) => {
      const index = this.#fields.get(nameOf(path))
      return index !== undefined && index.count(value) <= FEW_CANDIDATES
    })
    return sufficient === undefined ? clauses : [sufficient]
  }
}

interface Candidates {
  readonly candidates: Matches
  /** Whether all of them match. */
  readonly areMatches: boolean
}

function nameOf(path: readonly string[]): string {
  return JSON.stringify(path)
}

async function evaluate(
  candidates: Matches,
  filter: CompiledFilter,
  signal: AbortSignal | undefined,
): Promise<Matches> {
  const budget = new EventLoopBudget(TURN_BUDGET_MS, signal)
  const found: Registration[] = []
  let steps = 0
  for (const block of candidates.blocks) {
    for (const registration of block) {
      if (filter.matches(registration.metadata)) found.push(registration)
      steps += 1
      if (steps % STEP === 0 && budget.check()) await budget.renew()
    }
  }
  return SortedView.of(isIdentityBefore, found)
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = []
  for (const item of items) {
    first.push(item)
    if (first.length === count) break
  }
  return first
}
