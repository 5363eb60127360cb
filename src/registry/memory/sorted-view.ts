/** A total order: whether `a` is before `b`. Of two items where neither is before the other, one replaces the other. */
export type IsBefore<Key> = (a: Key, b: Key) => boolean

/** Items in a total order, as of one instant. */
export class SortedView<Key, Item extends Key> implements Iterable<Item> {
  readonly size: number
  /** Consecutive blocks of items, none empty. */
  readonly blocks: readonly (readonly Item[])[]
  readonly #isBefore: IsBefore<Key>
  #array: readonly Item[] | null = null

  /** @param blocks must not change afterwards. */
  constructor(isBefore: IsBefore<Key>, blocks: readonly (readonly Item[])[], size: number) {
    this.#isBefore = isBefore
    this.blocks = blocks
    this.size = size
  }

  /** A view of a sorted array, which must not change afterwards. */
  static of<Key, Item extends Key>(
    isBefore: IsBefore<Key>,
    items: readonly Item[],
  ): SortedView<Key, Item> {
    const view = new SortedView<Key, Item>(
      isBefore,
      items.length === 0 ? [] : [items],
      items.length,
    )
    view.#array = Object.freeze(items)
    return view
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.ascending()
  }

  /** All items; frozen, because callers share the array. */
  toArray(): readonly Item[] {
    this.#array ??= Object.freeze(([] as Item[]).concat(...this.blocks))
    return this.#array
  }

  get(key: Key): Item | undefined {
    const [at, place] = this.#find(key)
    const item = this.blocks[at]?.[place]
    return item !== undefined && !this.#isBefore(key, item) ? item : undefined
  }

  /** Items in order; those after `key` if one is given. */
  ascending(key?: Key): Generator<Item, undefined> {
    const [at, place] = key === undefined ? [0, 0] : this.#find(key)
    const first = this.blocks[at]?.[place]
    const isIn = key !== undefined && first !== undefined && !this.#isBefore(key, first)
    return this.#upFrom(at, isIn ? place + 1 : place)
  }

  /** Items in reverse order; those before `key` if one is given. */
  descending(key?: Key): Generator<Item, undefined> {
    const [at, place] = key === undefined ? [this.blocks.length, 0] : this.#find(key)
    return this.#downFrom(at, place)
  }

  /** Items in order or reversed, skipping the first `count`. */
  skipping(count: number, order: 'ascending' | 'descending'): Generator<Item, undefined> {
    const rank = order === 'ascending' ? count : Math.max(0, this.size - count)
    let at = 0
    let before = 0
    for (; at < this.blocks.length; at += 1) {
      const { length } = this.blocks[at] ?? []
      if (before + length > rank) break
      before += length
    }
    return order === 'ascending'
      ? this.#upFrom(at, rank - before)
      : this.#downFrom(at, rank - before)
  }

  *#upFrom(block: number, first: number): Generator<Item, undefined> {
    let at = block
    let place = first
    for (; at < this.blocks.length; at += 1, place = 0) {
      const items = this.blocks[at] ?? []
      for (; place < items.length; place += 1) {
        const item = items[place]
        if (item !== undefined) yield item
      }
    }
  }

  /** Descends from the item before a position. */
  *#downFrom(block: number, end: number): Generator<Item, undefined> {
    let at = block
    let place = end
    for (; at >= 0; at -= 1, place = this.blocks[at]?.length ?? 0) {
      const items = this.blocks[at] ?? []
      while (place > 0) {
        place -= 1
        const item = items[place]
        if (item !== undefined) yield item
      }
    }
  }

  /** The position of the first item that is not before `key`; the end of a block if that item begins the next one. */
  #find(key: Key): [block: number, place: number] {
    const { blocks } = this
    let low = 0
    let high = blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const [first] = blocks[middle] ?? []
      if (first !== undefined && this.#isBefore(key, first)) high = middle - 1
      else low = middle
    }
    return [low, lowerBound(blocks[low] ?? [], key, this.#isBefore)]
  }
}

/** The first index whose item is not before `key`. */
export function lowerBound<Key>(items: readonly Key[], key: Key, isBefore: IsBefore<Key>): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && isBefore(item, key)) low = middle + 1
    else high = middle
  }
  return low
}
