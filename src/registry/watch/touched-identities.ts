/** What a change did to an identity. */
export type Touch =
  /** Its metadata stayed: it was renewed, or moved to another gateway. */
  'kept' | 'registered' | 'unregistered' | 'expired'

/** The identities that some changes were of, each with the last change that didn't leave it as it was. */
export class TouchedIdentities implements Iterable<readonly [identity: string, touch: Touch]> {
  readonly #touches = new Map<string, Touch>()

  /** Changes are added in their order. */
  add(identity: string, touch: Touch): void {
    if (touch !== 'kept' || !this.#touches.has(identity)) this.#touches.set(identity, touch)
  }

  [Symbol.iterator](): Iterator<readonly [identity: string, touch: Touch]> {
    return this.#touches.entries()
  }
}
