import { lowerBound, SortedView, type IsBefore } from './sorted-view.ts'

/** Maximum number of items per block, which bounds the references that a change copies or shifts. */
const MAX_BLOCK_LENGTH = 512

/**
 * Items in a total order, in consecutive blocks. A change takes O(log n) comparisons and shifts references
 * within one block. A view takes O(1): it shares the blocks, and the next change to a shared block copies
 * that block and the list of blocks.
 * @typeParam Key the type that the order compares; an item is its own key.
 */
export class SortedList<Key, Item extends Key> {
  readonly #isBefore: IsBefore<Key>
  readonly #maxBlockLength: number
  /** Never contains an empty block. */
  #blocks: Item[][] = []
  /** For each block, the number of views taken before it was made: later views share it. */
  readonly #madeAfter: number[] = []
  #views = 0
  /** Whether a view shares `#blocks` itself. */
  #isShared = false
  #view: SortedView<Key, Item> | null = null
  #size = 0

  /** @param maxBlockLength an even number ≥ 4. */
  constructor(isBefore: IsBefore<Key>, maxBlockLength = MAX_BLOCK_LENGTH) {
    this.#isBefore = isBefore
    this.#maxBlockLength = maxBlockLength
  }

  get size(): number {
    return this.#size
  }

  get first(): Item | undefined {
    return this.#blocks[0]?.[0]
  }

  /** A view of the current items; later changes don't affect it. */
  view(): SortedView<Key, Item> {
    if (this.#view === null) {
      this.#view = new SortedView(this.#isBefore, this.#blocks, this.#size)
      this.#views += 1
      this.#isShared = true
    }
    return this.#view
  }

  /** Adds an item. Replaces and returns an item that is neither before nor after it, if any. */
  put(item: Item): Item | undefined {
    const last = this.#blocks.length - 1
    const lastItem = this.#blocks[last]?.at(-1)
    if (lastItem === undefined || this.#isBefore(lastItem, item)) {
      this.#append(last, item)
      return undefined
    }
    const at = this.#blockOf(item)
    const block = this.#ownBlock(at)
    const place = lowerBound(block, item, this.#isBefore)
    const found = block[place]
    if (found !== undefined && !this.#isBefore(item, found)) {
      block[place] = item
      return found
    }
    block.splice(place, 0, item)
    this.#size += 1
    if (block.length > this.#maxBlockLength) {
      this.#insertBlock(at + 1, block.splice(this.#maxBlockLength / 2))
    }
    return undefined
  }

  /** Removes the item that is neither before nor after `key`, and returns it. */
  remove(key: Key): Item | undefined {
    const at = this.#blockOf(key)
    const items = this.#blocks[at]
    if (items === undefined) return undefined
    const place = lowerBound(items, key, this.#isBefore)
    const found = items[place]
    if (found === undefined || this.#isBefore(key, found)) return undefined
    const block = this.#ownBlock(at)
    block.splice(place, 1)
    this.#size -= 1
    // A short block is joined to a neighbour if both fit into one with room to spare.
    if (block.length < this.#maxBlockLength / 4) this.#join(at)
    return found
  }

  /** The last block that doesn't begin after `key`, otherwise the first. */
  #blockOf(key: Key): number {
    const blocks = this.#blocks
    let low = 0
    let high = blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const first = blocks[middle]?.[0]
      if (first !== undefined && this.#isBefore(key, first)) high = middle - 1
      else low = middle
    }
    return low
  }

  /** Makes a block that no view shares; every change begins here. */
  #ownBlock(at: number): Item[] {
    const block = this.#blocks[at] ?? []
    this.#view = null
    if ((this.#madeAfter[at] ?? 0) >= this.#views) return block
    const own = block.slice()
    this.#ownBlocks()[at] = own
    this.#madeAfter[at] = this.#views
    return own
  }

  #ownBlocks(): Item[][] {
    if (this.#isShared) {
      this.#blocks = this.#blocks.slice()
      this.#isShared = false
    }
    this.#view = null
    return this.#blocks
  }

  #insertBlock(at: number, block: Item[]): void {
    this.#ownBlocks().splice(at, 0, block)
    this.#madeAfter.splice(at, 0, this.#views)
  }

  #removeBlock(at: number): void {
    this.#ownBlocks().splice(at, 1)
    this.#madeAfter.splice(at, 1)
  }

  /** Appends an item; items added in order fill their blocks. */
  #append(last: number, item: Item): void {
    this.#size += 1
    const { length = this.#maxBlockLength } = this.#blocks[last] ?? {}
    if (length < this.#maxBlockLength) this.#ownBlock(last).push(item)
    else this.#insertBlock(last + 1, [item])
  }

  #join(at: number): void {
    if (this.#blocks[at]?.length === 0) {
      this.#removeBlock(at)
      return
    }
    for (const first of [at - 1, at]) {
      const [left, right] = [this.#blocks[first], this.#blocks[first + 1]]
      if (left === undefined || right === undefined) continue
      if (left.length + right.length > this.#maxBlockLength * 0.75) continue
      const own = this.#ownBlock(first)
      for (const item of right) own.push(item)
      this.#removeBlock(first + 1)
      return
    }
  }
}
