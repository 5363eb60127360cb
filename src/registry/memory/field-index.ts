import { isScalar, type Scalar } from '../filter/equality.ts'
import { fieldReader, type FieldReader } from '../filter/field.ts'
import type { Registration } from '../registration.ts'
import { SortedRegistrations } from './sorted-registrations.ts'

/** Registrations by the value of one metadata field, for equality clauses on it. */
export class FieldIndex {
  readonly #read: FieldReader
  readonly #byValue = new Map<Scalar, SortedRegistrations>()

  /** @param sorted what there is, ordered by identity. */
  constructor(path: readonly string[], sorted: readonly Registration[]) {
    this.#read = fieldReader(path)
    const groups = new Map<Scalar, Registration[]>()
    for (const registration of sorted) {
      const value = this.#scalarIn(registration)
      if (value === undefined) continue
      const group = groups.get(value)
      if (group) group.push(registration)
      else groups.set(value, [registration])
    }
    for (const [value, group] of groups) this.#byValue.set(value, new SortedRegistrations(group))
  }

  /** Those whose field equals `value`. */
  get(value: Scalar): SortedRegistrations | undefined {
    return this.#byValue.get(value)
  }

  /** Takes note that an identity went from one registration to another; either may be absent. */
  update(before: Registration | undefined, after: Registration | undefined): void {
    const from = before && this.#scalarIn(before)
    const to = after && this.#scalarIn(after)
    if (after && to !== undefined && from === to) {
      this.#byValue.get(to)?.replace(after)
      return
    }
    if (before && from !== undefined) this.#remove(before.identity, from)
    if (after) this.#add(after)
  }

  #add(registration: Registration): void {
    const value = this.#scalarIn(registration)
    if (value === undefined) return
    const held = this.#byValue.get(value)
    if (held) held.add(registration)
    else this.#byValue.set(value, new SortedRegistrations([registration]))
  }

  /** The field's value, if equality clauses can ask for it. */
  #scalarIn({ metadata }: Registration): Scalar | undefined {
    const value = this.#read(metadata)
    return value !== undefined && isScalar(value) ? value : undefined
  }

  #remove(identity: string, value: Scalar): void {
    const held = this.#byValue.get(value)
    held?.remove(identity)
    if (held?.size === 0) this.#byValue.delete(value)
  }
}
