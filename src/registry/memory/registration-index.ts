import type { CompiledFilter } from '../filter/compile.ts'
import type { Registration } from '../registration.ts'
import { NameTables } from '../targets/name-tables.ts'
import type { TargetSet } from '../targets/target-set.ts'
import type { RegistrationChange } from '../watch/registration-change.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { FieldIndex } from './field-index.ts'
import { SortedRegistrations } from './sorted-registrations.ts'

/** Field indexes kept at a time; the one unused for longest goes first. */
const maxFieldIndexes = 32

/** Equalities of one filter that are looked up; those beyond are evaluated. */
const maxIndexedClauses = 4

/** Superseded entries that the expiry queue may hold besides one for each registration. */
const expirySlack = 1024

/**
 * Live registrations in memory: by identity, ordered, by expiry, and by the fields that filters
 * have asked for. A field's index is built the first time an equality on it is selected.
 */
export class RegistrationIndex {
  readonly #byIdentity = new Map<string, Registration>()
  readonly #all = new SortedRegistrations()
  readonly #byField = new Map<string, FieldIndex>()
  readonly #expiries = new ExpiryQueue()
  readonly #names = new NameTables()
  /** Called with each change once it is made. */
  onChange: ((change: RegistrationChange) => void) | null = null

  get size(): number {
    return this.#byIdentity.size
  }

  /** When the next one ends, or may have ended before it was renewed; Unix ms, `null` if none will. */
  get nextExpiry(): number | null {
    return this.#expiries.earliest
  }

  /** Expiries that wait for their time, superseded ones among them. */
  get queuedExpiries(): number {
    return this.#expiries.size
  }

  get(identity: string): Registration | undefined {
    return this.#byIdentity.get(identity)
  }

  /** All registrations, in no order; those that come or go during the iteration may or may not be included. */
  registrations(): Iterator<Registration> {
    return this.#byIdentity.values()
  }

  /** Adds a registration, in the place of the identity's present one if it has one. */
  put(registration: Registration): void {
    const before = this.#byIdentity.get(registration.identity)
    this.#byIdentity.set(registration.identity, registration)
    this.#names.put(registration.identity, registration.gateway)
    if (before) this.#all.replace(registration)
    else this.#all.add(registration)
    for (const field of this.#byField.values()) field.update(before, registration)
    this.#expiries.push(registration)
    this.#dropSuperseded()
    const { identity } = registration
    this.onChange?.({ identity, before: before ?? null, after: registration, isExpiry: false })
  }

  /**
   * Removes an identity; `false` if it was not in here.
   * @param isExpiry whether that is because it has expired.
   */
  remove(identity: string, isExpiry = false): boolean {
    const before = this.#byIdentity.get(identity)
    if (!before) return false
    this.#byIdentity.delete(identity)
    this.#names.remove(identity)
    this.#all.remove(identity)
    for (const field of this.#byField.values()) field.update(before, undefined)
    this.#dropSuperseded()
    this.onChange?.({ identity, before, after: null, isExpiry })
    return true
  }

  /**
   * Removes what has ended at `now` (Unix ms), at most `limit` of it.
   * @returns whether nothing ended is left.
   */
  expire(now: number, limit = Infinity): boolean {
    for (let removed = 0; removed < limit; removed += 1) {
      const registration = this.#expiries.popExpired(now)
      if (!registration) return true
      if (this.#isCurrent(registration)) this.remove(registration.identity, true)
    }
    return false
  }

  /** Everything, ordered by identity; frozen, since callers share it. */
  list(): readonly Registration[] {
    return this.#all.list()
  }

  /** Everything that matches, ordered by identity. */
  select(filter: CompiledFilter): readonly Registration[] {
    let fewest: SortedRegistrations | undefined
    for (const { path, value } of filter.equalities.slice(0, maxIndexedClauses)) {
      const found = this.#fieldIndex(path).get(value)
      if (!found) return []
      if (!fewest || found.size < fewest.size) fewest = found
    }
    const candidates = (fewest ?? this.#all).list()
    const isAnswer = filter.isEqualitiesOnly && filter.equalities.length <= 1
    return isAnswer ? candidates : candidates.filter(({ metadata }) => filter.matches(metadata))
  }

  /** Everything that matches, as targets of a multicast. */
  selectTargets(filter: CompiledFilter): TargetSet {
    const isEverything = filter.isEqualitiesOnly && filter.equalities.length === 0
    return isEverything ? this.#names.all() : this.#names.of(this.select(filter))
  }

  #fieldIndex(path: readonly string[]): FieldIndex {
    const name = JSON.stringify(path)
    const field = this.#byField.get(name) ?? new FieldIndex(path, this.#all.list())
    // A Map iterates in order of insertion: inserting anew marks the field as used last.
    this.#byField.delete(name)
    this.#byField.set(name, field)
    if (this.#byField.size > maxFieldIndexes) {
      for (const oldest of this.#byField.keys()) {
        this.#byField.delete(oldest)
        break
      }
    }
    return field
  }

  #isCurrent(registration: Registration): boolean {
    return this.#byIdentity.get(registration.identity) === registration
  }

  #dropSuperseded(): void {
    if (this.#expiries.size > 2 * this.#byIdentity.size + expirySlack) {
      this.#expiries.retain((registration) => this.#isCurrent(registration))
    }
  }
}
