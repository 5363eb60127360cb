import { isScalar, type Scalar } from '../filter/equality.ts'
import { fieldReader, type FieldReader } from '../filter/field.ts'
import { type Registration, isIdentityBefore, type Identified } from '../registration.ts'
import type { Index } from './growing-index.ts'
import { SortedList } from './sorted-list.ts'
import { SortedView } from './sorted-view.ts'

type Group = SortedList<Identified, Registration>

/** Registrations by the value of one metadata field, for equality clauses on it. */
export class FieldIndex implements Index {
  readonly #read: FieldReader
  /** A single registration is its own group, because an identifying field has one group per registration. */
  readonly #byValue = new Map<Scalar, Group | Registration>()

  constructor(path: readonly string[]) {
    this.#read = fieldReader(path)
  }

  /** The number of registrations whose field equals `value`. */
  count(value: Scalar): number {
    const group = this.#byValue.get(value)
    if (group === undefined) return 0
    return group instanceof SortedList ? group.size : 1
  }

  /** The registrations whose field equals `value`, ordered by identity. */
  view(value: Scalar): SortedView<Identified, Registration> {
    const group = this.#byValue.get(value)
    if (group instanceof SortedList) return group.view()
    return SortedView.of(isIdentityBefore, group === undefined ? [] : [group])
  }

  update(before: Registration | undefined, after: Registration | undefined): void {
    const from = before && this.#scalarIn(before)
    const to = after && this.#scalarIn(after)
    if (before && from !== undefined && !(after && from === to)) this.#remove(before, from)
    if (after && to !== undefined) this.#put(after, to)
  }

  /** The field's value, if equality clauses can match it. */
  #scalarIn({ metadata }: Registration): Scalar | undefined {
    const value = this.#read(metadata)
    return value !== undefined && isScalar(value) ? value : undefined
  }

  #put(registration: Registration, value: Scalar): void {
    const group = this.#byValue.get(value)
    if (group instanceof SortedList) group.put(registration)
    else if (group === undefined || group.identity === registration.identity) {
      this.#byValue.set(value, registration)
    } else {
      const both: Group = new SortedList(isIdentityBefore)
      both.put(group)
      both.put(registration)
      this.#byValue.set(value, both)
    }
  }

  #remove(registration: Registration, value: Scalar): void {
    const group = this.#byValue.get(value)
    if (group instanceof SortedList) group.remove(registration)
    if (
      group instanceof SortedList ? group.size === 0 : group?.identity === registration.identity
    ) {
      this.#byValue.delete(value)
    }
  }
}
