import {
  touchOf,
  type RegistrationChange,
  TouchedIdentities,
  type Touch,
} from '../watch/registration-change.ts'

/** Minimum number of changes kept. */
const MIN_CHANGES = 10_000

/** The last changes of a memory store: a watch can resume after any of them. */
export class RecentChanges {
  #changes: (readonly [identity: string, touch: Touch])[] = []
  #dropped = 0

  /** The number of changes so far. */
  get position(): number {
    return this.#dropped + this.#changes.length
  }

  add(change: RegistrationChange): void {
    this.#changes.push([change.identity, touchOf(change)])
    // Drops half at once, because dropping one costs as much.
    if (this.#changes.length < 2 * MIN_CHANGES) return
    this.#changes = this.#changes.slice(MIN_CHANGES)
    this.#dropped += MIN_CHANGES
  }

  /** The identities touched after `position`; `undefined` if `position` is too old or in the future. */
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
