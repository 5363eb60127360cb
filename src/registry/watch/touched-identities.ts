import type { ChangeKind } from './registration-change.ts'

/** How much a kind of change may have changed; after one of the highest rank nothing is as before. */
const RANKS: Readonly<Record<ChangeKind, number>> = {
  renewed: 0,
  moved: 1,
  registered: 2,
  unregistered: 2,
  expired: 2,
}

/** The identities that some changes were of, each with the latest of its farthest-reaching changes. */
export class TouchedIdentities implements Iterable<readonly [identity: string, kind: ChangeKind]> {
  readonly #kinds = new Map<string, ChangeKind>()

  /** Changes are added in their order. */
  add(identity: string, kind: ChangeKind): void {
    const before = this.#kinds.get(identity)
    if (before === undefined || RANKS[kind] >= RANKS[before]) this.#kinds.set(identity, kind)
  }

  [Symbol.iterator](): Iterator<readonly [identity: string, kind: ChangeKind]> {
    return this.#kinds.entries()
  }
}
