/** The kind of a change to an identity. */
export type Touch =
  /** Its metadata stayed: it was renewed, or moved to another gateway. */
  'kept' | 'registered' | 'unregistered' | 'expired'

/** The identities of some changes, each with its last change that mattered to its metadata. */
export class TouchedIdentities implements Iterable<readonly [identity: string, touch: Touch]> {
  readonly #touches = new Map<string, Touch>()

  /** Add changes in their order. */
  add(identity: string, touch: Touch): void {
    if (touch !== 'kept' || !this.#touches.has(identity)) this.#touches.set(identity, touch)
  }

  [Symbol.iterator](): Iterator<readonly [identity: string, touch: Touch]> {
    return this.#touches.entries()
  }
}
