import { compareEntries, type Entry, type SortOrder } from '../paging/sort-order.ts'
import type { OrderedRegistrations } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import type { Index } from './growing-index.ts'
import { SortedList } from './sorted-list.ts'
import type { SortedView } from './sorted-view.ts'

/** All registrations in an order that users request. */
export class OrderIndex implements Index {
  readonly #entryOf: SortOrder['entryOf']
  readonly #list = new SortedList<Entry, Entry>((a, b) => compareEntries(a, b) < 0)

  constructor({ entryOf }: SortOrder) {
    this.#entryOf = entryOf
  }

  update(before: Registration | undefined, after: Registration | undefined): void {
    const from = before && this.#entryOf(before)
    const to = after && this.#entryOf(after)
    // At the same position, the entry is replaced.
    if (from && !(to && compareEntries(from, to) === 0)) this.#list.remove(from)
    if (to) this.#list.put(to)
  }

  view(): OrderedRegistrations {
    return new OrderedEntries(this.#list.view())
  }
}

class OrderedEntries implements OrderedRegistrations {
  readonly #view: SortedView<Entry, Entry>

  constructor(view: SortedView<Entry, Entry>) {
    this.#view = view
  }

  get size(): number {
    return this.#view.size
  }

  *skipping(count: number, order: 'ascending' | 'descending'): Generator<Registration, undefined> {
    for (const { registration } of this.#view.skipping(count, order)) yield registration
  }
}
