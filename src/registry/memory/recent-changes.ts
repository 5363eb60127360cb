import {
  touchOf,
  type RegistrationChange,
  TouchedIdentities,
  type Touch,
} from '../watch/registration-change.ts'

/** How many changes are kept. */
const MAX_CHANGES = 10_000

/** The last changes of a memory store, so that a watch can be resumed after any of them. */
export class RecentChanges {
  #changes: (readonly [identity: string, touch: Touch])[] = []
  #dropped = 0

  /** How many changes there have been. */
  get position(): number {
    return this.#dropped + this.#changes.length
  }

  add(change: RegistrationChange): void {
    this.#changes.push([change.identity, touchOf(change)])
    // Dropping half at once, because dropping one costs as much as dropping many.
    if (this.#changes.length < 2 * MAX_CHANGES) return
    this.#changes = this.#changes.slice(MAX_CHANGES)
    this.#dropped += MAX_CHANGES
  }

  /** The identities touched after `position`; `undefined` if it is too old, or ahead. */
  since(position: number): TouchedIdentities | undefined {
    const isKnown = Number.isInteger(position) && position >= this.#dropped
    if (!isKnown || position > this.position) return undefined
    const touched = new TouchedIdentities()
    for (const [identity, touch] of this.#changes.slice(position - this.#dropped)) {
      touched.add(identity, touch)
    }
    return touched
  }
}
