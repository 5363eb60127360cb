import type { EqualityClause } from '../filter/compile.ts'
import type { JsonValue, Registration } from '../registration.ts'
import { SortedRegistrations } from './sorted-registrations.ts'

type Scalar = EqualityClause['value']

/** Registrations by the value of one metadata field, for equality clauses on it. */
export class FieldIndex {
  readonly #path: readonly string[]
  readonly #byValue = new Map<Scalar, SortedRegistrations>()

  constructor(path: readonly string[], registrations: Iterable<Registration>) {
    this.#path = path
    for (const registration of registrations) this.#add(registration)
  }

  /** Those whose field equals `value`. */
  get(value: Scalar): SortedRegistrations | undefined {
    return this.#byValue.get(value)
  }

  /** Takes note that an identity went from one registration to another; either may be absent. */
  update(before: Registration | undefined, after: Registration | undefined): void {
    const from = before && scalarAt(before, this.#path)
    const to = after && scalarAt(after, this.#path)
    if (after && to !== undefined && from === to) {
      this.#byValue.get(to)?.replace(after)
      return
    }
    if (before && from !== undefined) this.#remove(before.identity, from)
    if (after) this.#add(after)
  }

  #add(registration: Registration): void {
    const value = scalarAt(registration, this.#path)
    if (value === undefined) return
    const held = this.#byValue.get(value)
    if (held) {
      held.add(registration)
    } else {
      const created = new SortedRegistrations()
      created.add(registration)
      this.#byValue.set(value, created)
    }
  }

  #remove(identity: string, value: Scalar): void {
    const held = this.#byValue.get(value)
    held?.remove(identity)
    if (held?.size === 0) this.#byValue.delete(value)
  }
}

/** The scalar at a path of own properties, or `undefined` where there is none. */
function scalarAt(registration: Registration, path: readonly string[]): Scalar | undefined {
  let value: JsonValue | undefined = registration.metadata
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return typeof value === 'object' && value !== null ? undefined : value
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
