import { EventLoopBudget } from '../event-loop-budget.ts'
import type { Registration, Identified } from '../registration.ts'
import type { SortedList } from './sorted-list.ts'

/** An index that follows the registrations. */
export interface Index {
  /** Replaces an identity's registration; either may be missing. */
  update(before: Registration | undefined, after: Registration | undefined): void
}

/** Maximum time per turn of the event loop for building an index, in ms. */
const TURN_BUDGET_MS = 2

/** Registrations added between two reads of the clock; few, because sort keys may be large. */
const STEP = 32

/**
 * An index that is filled in the order of identities while registrations change: it applies changes to
 * identities that it has passed, and will find changes to later ones.
 */
export class GrowingIndex<I extends Index> {
  readonly index: I
  /** The last identity added; every identity is greater than ''. */
  #passed = ''
  #isReady = false
  #building: Promise<void> | null = null
  /** Whether building should stop. */
  #isDropped = false

  constructor(index: I) {
    this.index = index
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(before: Registration | undefined, after: Registration | undefined): void {
    const { identity = '' } = after ?? before ?? {}
    if (this.#isReady || identity <= this.#passed) this.index.update(before, after)
  }

  /**
   * Adds all registrations, a few ms at a time.
   * @returns `null` if the index is ready; otherwise a promise that resolves when it is ready or dropped.
   */
  build(all: SortedList<Identified, Registration>): Promise<void> | null {
    if (this.#isReady) return null
    if (this.#building === null) {
      const budget = new EventLoopBudget(TURN_BUDGET_MS)
      while (!this.#isReady && !budget.check()) this.#step(all)
      if (this.#isReady) return null
      this.#building = this.#buildOn(all, budget)
    }
    return this.#building
  }

  drop(): void {
    this.#isDropped = true
  }

  async #buildOn(
    all: SortedList<Identified, Registration>,
    budget: EventLoopBudget,
  ): Promise<void> {
    while (!this.#isReady && !this.#isDropped) {
      if (budget.check()) await budget.renew()
      this.#step(all)
    }
  }

  #step(all: SortedList<Identified, Registration>): void {
    let left = STEP
    for (const registration of all.view().ascending({ identity: this.#passed })) {
      this.index.update(undefined, registration)
      this.#passed = registration.identity
      left -= 1
      if (left === 0) return
    }
    this.#isReady = true
  }
}
