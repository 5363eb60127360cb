/** An entry with a due time, on any clock. */
interface Due {
  readonly dueAtMs: number
}

/** A queue ordered by due time: a binary heap, so that 10,000 thinking users need no timer each. */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = []

  get first(): T | undefined {
    return this.#heap[0]
  }

  add(item: T): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || parent.dueAtMs <= item.dueAtMs) break
      heap[at] = parent
      at = above
    }
    heap[at] = item
  }

  /** Removes and returns the earliest entry. */
  take(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (a === undefined) break
      const isRight = b !== undefined && b.dueAtMs < a.dueAtMs
      const child = isRight ? b : a
      if (child.dueAtMs >= last.dueAtMs) break
      heap[at] = child
      at = isRight ? left + 1 : left
    }
    heap[at] = last
    return first
  }
}
