import { EventLoopBudget } from '../event-loop-budget.ts'
import type { IsBefore } from './sorted-view.ts'

/** Items per run, few enough to sort in less than 1 ms. */
const RUN_LENGTH = 512

/** Maximum time per turn of the event loop for merging, in ms. */
const TURN_BUDGET_MS = 2

/** Items merged between two reads of the clock. */
const STEP = 256

/**
 * Sorts many unordered items: sorts them in runs, then merges all runs at once. Each item is accessed
 * twice, when it is recent and when it is merged; inserting each into a sorted list, or merging runs in
 * pairs, would access each about 20 times and wait for memory each time.
 */
export class SortedRuns<Item> {
  readonly #isBefore: IsBefore<Item>
  readonly #runs: Item[][] = []
  #run: Item[] = []

  constructor(isBefore: IsBefore<Item>) {
    this.#isBefore = isBefore
  }

  add(item: Item): void {
    this.#run.push(item)
    if (this.#run.length === RUN_LENGTH) this.#endRun()
  }

  /**
   * Removes all items in order, yielding to the event loop. No more may be added.
   * @param take receives each item.
   * @param pause awaited every few ms.
   */
  async drainTo(take: (item: Item) => void, pause: () => Promise<void>): Promise<void> {
    this.#endRun()
    const heads = new Heads(this.#runs, this.#isBefore)
    const budget = new EventLoopBudget(TURN_BUDGET_MS)
    for (let steps = 1; ; steps += 1) {
      const item = heads.next()
      if (item === undefined) break
      take(item)
      if (steps % STEP !== 0 || !budget.check()) continue
      await budget.renew()
      await pause()
    }
    this.#runs.length = 0
  }

  #endRun(): void {
    if (this.#run.length === 0) return
    const isBefore = this.#isBefore
    this.#runs.push(this.#run.sort((a, b) => (isBefore(a, b) ? -1 : 1)))
    this.#run = []
  }
}

/** The first remaining item of each run: a binary heap with the least on top. */
class Heads<Item> {
  readonly #isBefore: IsBefore<Item>
  readonly #heap: { readonly run: readonly Item[]; at: number; head: Item }[] = []

  constructor(runs: readonly (readonly Item[])[], isBefore: IsBefore<Item>) {
    this.#isBefore = isBefore
    for (const run of runs) {
      const [head] = run
      if (head !== undefined) this.#heap.push({ run, at: 0, head })
    }
    for (let at = (this.#heap.length >>> 1) - 1; at >= 0; at -= 1) this.#sink(at)
  }

  /** Removes the least item; `undefined` if none is left. */
  next(): Item | undefined {
    const [top] = this.#heap
    if (top === undefined) return undefined
    const { head } = top
    top.at += 1
    const following = top.run[top.at]
    if (following !== undefined) top.head = following
    else {
      const last = this.#heap.pop()
      if (last !== undefined && last !== top) this.#heap[0] = last
    }
    this.#sink(0)
    return head
  }

  #sink(from: number): void {
    const heap = this.#heap
    const entry = heap[from]
    if (entry === undefined) return
    let at = from
    for (;;) {
      const left = 2 * at + 1
      const [first, second] = [heap[left], heap[left + 1]]
      if (first === undefined) break
      const isSecond = second !== undefined && this.#isBefore(second.head, first.head)
      const least = isSecond ? second : first
      if (!this.#isBefore(least.head, entry.head)) break
      heap[at] = least
      at = isSecond ? left + 1 : left
    }
    heap[at] = entry
  }
}
