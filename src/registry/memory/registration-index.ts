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

/** Of fields that filters ask to equal a value. */
const FIELD_BOUNDS: IndexBounds = { max: 32, min: 4, maxRegistrations: 8_000_000, minRequests: 1 }

/** Of orders other than by identity and expiry. Building one costs as much as a few sorted pages without it. */
const ORDER_BOUNDS: IndexBounds = { max: 4, min: 1, maxRegistrations: 2_000_000, minRequests: 3 }

/** Equalities of one filter that are looked up; those beyond are evaluated. */
const MAX_INDEXED_CLAUSES = 4

/** So few candidates are quicker evaluated than narrowed down by another index. */
const FEW_CANDIDATES = 1_000

/** How long evaluating a filter may hold one turn of the event loop, in ms. */
const TURN_BUDGET_MS = 2

/** Registrations evaluated without looking at the clock. */
const STEP = 64

/** Registrations that an iteration over all takes at a time. */
const ITERATION_STEP = 64

type Matches = SortedView<Identified, Registration>

/**
 * Live registrations in memory: by identity, ordered, by expiry, and by the fields and in the orders that
 * are asked for. A change costs O(log n) for each of them; an answer costs what it shows, unless the
 * filter must be evaluated.
 */
export class RegistrationIndex {
  readonly #byIdentity = new IdentityMap<Registration>()
  readonly #all = new SortedList<Identified, Registration>(isIdentityBefore)
  readonly #expiries = new ExpiryQueue()
  readonly #fields = new KeptIndexes<FieldIndex>(this.#all, FIELD_BOUNDS)
  readonly #orders = new KeptIndexes<OrderIndex>(this.#all, ORDER_BOUNDS)
  readonly #names = new NameTables()
  /** What is kept while it is loaded; `null` afterwards. */
  #loading: IndexLoading | null = null
  /** Called with each change once it is made. */
  onChange: ((change: RegistrationChange) => void) | null = null

  /** An index to be filled by `put` and completed by `endLoading`; until then it can't be searched. */
  static toLoad(): RegistrationIndex {
    const index = new RegistrationIndex()
    index.#loading = new IndexLoading((identity) => index.#byIdentity.get(identity))
    return index
  }

  get size(): number {
    return this.#byIdentity.size
  }

  /** When the next one ends, Unix ms; `null` if none will. */
  get nextExpiry(): number | null {
    return this.#expiries.earliest
  }

  get(identity: string): Registration | undefined {
    return this.#byIdentity.get(identity)
  }

  /** All registrations; those that come or go during the iteration may or may not be included. */
  *registrations(): Generator<Registration, undefined> {
    let last: Identified | undefined
    for (;;) {
      // A view that is held for the whole iteration would keep what is replaced meanwhile.
      const some = firstOf(this.#all.view().ascending(last), ITERATION_STEP)
      yield* some
      last = some.at(-1)
      if (last === undefined) return undefined
    }
  }

  /** Adds a registration, in the place of the identity's present one if it has one. */
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
   * Removes an identity; `false` if it was not in here.
   * @param isExpiry whether that is because it has expired.
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
   * Puts in order what was put while loading, and what is changed meanwhile.
   * @param pause is awaited every few ms.
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
   * Removes what has ended at `now` (Unix ms), at most `limit` of it.
   * @returns whether nothing ended is left.
   */
  expire(now: number, limit = Infinity): boolean {
    for (let removed = 0; removed < limit; removed += 1) {
      const registration = this.#expiries.firstExpired(now)
      if (!registration) return true
      this.remove(registration.identity, true)
    }
    return false
  }

  /** Everything, ordered by identity; frozen, since callers share it. */
  list(): readonly Registration[] {
    return this.#all.view().toArray()
  }

  /**
   * Everything that matches, ordered by identity; frozen. Holds the event loop for as long as it takes:
   * call `prepare` first, and `view` unless the answer must be of this instant.
   */
  select(filter: CompiledFilter): readonly Registration[] {
    const { candidates, areMatches } = this.#candidates(filter)
    if (areMatches) return candidates.toArray()
    return Object.freeze(candidates.toArray().filter(({ metadata }) => filter.matches(metadata)))
  }

  /**
   * Builds the indexes that a call of `view` should have, as far as they are worth it.
   * @param order the order of the first page of a listing, if not by identity.
   * @returns when they are ready, `null` if nothing is to be waited for. What is here may change meanwhile.
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
   * The matches as of the call, yielding to the event loop if many must be evaluated.
   * @throws the reason of the signal if that is aborted meanwhile.
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

  /** Those of `view`, as targets of a multicast. */
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

  /** The fewest that an index says may match. */
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

  /** Clauses whose indexes help: one alone if it leaves few candidates. */
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
