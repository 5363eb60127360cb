import { EventLoopBudget } from '../event-loop-budget.ts'
import type { Registration, Identified } from '../registration.ts'
import type { SortedList } from './sorted-list.ts'

/** Something that is kept up to date with the registrations. */
export interface Index {
  /** An identity went from one registration to another; either may be absent. */
  update(before: Registration | undefined, after: Registration | undefined): void
}

/** How long the building of an index may hold one turn of the event loop, in ms. */
const TURN_BUDGET_MS = 2

/** Registrations taken in without looking at the clock: values that are ordered by may be large. */
const STEP = 32

/**
 * An index that is filled in the order of identities while registrations come and go: changes to
 * identities that it has passed are made in it, and those to later ones it will find.
 */
export class GrowingIndex<I extends Index> {
  readonly index: I
  /** The last identity taken in; all are greater than ''. */
  #passed = ''
  #isReady = false
  #building: Promise<void> | null = null
  /** Nobody wants it any more. */
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
   * Takes in all registrations, for a few ms at a time.
   * @returns `null` if it is ready; else when it will be, or is dropped.
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
