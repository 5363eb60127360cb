import { EventLoopBudget } from '../event-loop-budget.ts'
import type { Registration } from '../registration.ts'
import type { Entry, SortOrder } from './sort-order.ts'

/** Maximum time per turn of the event loop for sorting, in ms. */
const TURN_BUDGET_MS = 2

/** Steps between two reads of the clock. */
const STEPS_BETWEEN_LOOKS = 64

/** Entries sorted at once, without reading the clock; fewer for a small count, to find the bound early. */
const MAX_RUN_LENGTH = 512
const MIN_RUN_LENGTH = 64

/** Maximum total of key characters in a run: comparing long keys takes time proportional to their common prefix. */
const MAX_RUN_CHARACTERS = 32 * 1024

/** Characters whose comparison takes about as long as one step. */
const CHARACTERS_A_STEP = 64

/**
 * The first registrations in an order; yields to the event loop. For a small count it takes little more
 * than one comparison per registration, otherwise O(n log n).
 * @param count an integer ≥ 1 or Infinity; returns all registrations if there are fewer.
 * @throws the signal's reason if the signal is aborted.
 */
export async function firstInOrder(
  registrations: Iterable<Registration>,
  { entryOf, compare }: SortOrder,
  count: number,
  signal?: AbortSignal,
): Promise<readonly Registration[]> {
  const pace = new Pace(signal)
  const runLength = Math.min(MAX_RUN_LENGTH, Math.max(MIN_RUN_LENGTH, 2 * count))
  const runs: (readonly Entry[])[] = []
  let run: Entry[] = []
  let charactersInRun = 0
  // Entries after this one are not among the first.
  let bound: Entry | undefined
  for (const registration of registrations) {
    if (pace.step()) await pace.giveWay()
    const entry = entryOf(registration)
    pace.count(entry)
    if (bound !== undefined && compare(entry, bound) > 0) continue
    run.push(entry)
    charactersInRun += charactersOf(entry)
    if (run.length < runLength && charactersInRun < MAX_RUN_CHARACTERS) continue
    const first = run.sort(compare).slice(0, count)
    const last = first[count - 1]
    if (last !== undefined && (bound === undefined || compare(last, bound) < 0)) bound = last
    runs.push(first)
    run = []
    charactersInRun = 0
  }
  runs.push(run.sort(compare).slice(0, count))
  const sorted = await mergeAll(runs, compare, count, pace)
  return sorted.map(({ registration }) => registration)
}

function charactersOf({ key }: Entry): number {
  return typeof key === 'string' ? key.length : 0
}

type Compare = SortOrder['compare']

async function mergeAll(
  runs: readonly (readonly Entry[])[],
  compare: Compare,
  count: number,
  pace: Pace,
): Promise<readonly Entry[]> {
  let left = runs
  while (left.length > 1) {
    const merged: (readonly Entry[])[] = []
    for (let at = 0; at < left.length; at += 2) {
      merged.push(await merge(left[at] ?? [], left[at + 1] ?? [], compare, count, pace))
    }
    left = merged
  }
  return left[0] ?? []
}

/** The first `count` entries of two sorted lists. */
async function merge(
  a: readonly Entry[],
  b: readonly Entry[],
  compare: Compare,
  count: number,
  pace: Pace,
): Promise<readonly Entry[]> {
  const merged: Entry[] = []
  let fromA = 0
  let fromB = 0
  while (merged.length < count) {
    const nextA = a[fromA]
    const nextB = b[fromB]
    const isA = nextA !== undefined && (nextB === undefined || compare(nextA, nextB) <= 0)
    const next = isA ? nextA : nextB
    if (next === undefined) break
    if (isA) fromA += 1
    else fromB += 1
    merged.push(next)
    pace.count(next)
    if (pace.step()) await pace.giveWay()
  }
  return merged
}

/** Reads the clock every few steps. */
class Pace {
  readonly #budget: EventLoopBudget
  #steps = 0

  constructor(signal: AbortSignal | undefined) {
    this.#budget = new EventLoopBudget(TURN_BUDGET_MS, signal)
  }

  /** Counts one step; returns whether it is time to yield. */
  step(): boolean {
    this.#steps += 1
    if (this.#steps < STEPS_BETWEEN_LOOKS) return false
    this.#steps = 0
    return this.#budget.check()
  }

  /** Counts the comparison of an entry: a long key takes as long as several steps. */
  count(entry: Entry): void {
    this.#steps += Math.floor(charactersOf(entry) / CHARACTERS_A_STEP)
  }

  async giveWay(): Promise<void> {
    await this.#budget.renew()
  }
}
