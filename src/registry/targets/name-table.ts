import { randomBytes } from 'node:crypto'
import { type Bitmap, bitmapOf, grown, setBit } from './bitmap.ts'

/** Maximum number of names per table; bounded so no operation blocks the event loop for long. */
export const TABLE_SLOTS = 16_384

/**
 * Some of the identities behind one gateway, numbered: a number is a *slot*, permanently assigned to its
 * name, so senders and gateways agree on its meaning.
 */
export class NameTable {
  /** `null`: identities without a gateway, reached by their own subjects. */
  readonly gateway: string | null
  /** The names by slot; append-only. */
  readonly names: string[]
  /** Whether it serves many multicasts, so telling gateways its slots pays. */
  readonly isLasting: boolean
  #id: string | null = null
  /** The slots of removed names; `null` for none. */
  #gone: Bitmap | null = null
  #goneCount = 0

  /** @param name the first name; it gets slot 0. */
  constructor(gateway: string | null, name: string, isLasting: boolean) {
    this.gateway = gateway
    this.names = [name]
    this.isLasting = isLasting
  }

  /** A globally unique id. */
  get id(): string {
    this.#id ??= randomBytes(12).toString('base64url')
    return this.#id
  }

  get isFull(): boolean {
    return this.names.length >= TABLE_SLOTS
  }

  /** The number of names that are not removed. */
  get liveCount(): number {
    return this.names.length - this.#goneCount
  }

  /** The current slots of names that are not removed. */
  liveSlots(): Bitmap {
    const live = bitmapOf([0, this.names.length - 1])
    for (const [at, word] of this.#gone?.entries() ?? []) {
      if (at < live.length) live[at] = (live[at] ?? 0) & ~word
    }
    return live
  }

  /** Assigns the next slot to a name. The table must not be full. */
  add(name: string): number {
    return this.names.push(name) - 1
  }

  /** Removes the name in a slot, which must not be removed yet. */
  remove(slot: number): void {
    this.#gone ??= new Uint32Array(0)
    if (slot >>> 5 >= this.#gone.length) this.#gone = grown(this.#gone, slot)
    setBit(this.#gone, slot)
    this.#goneCount += 1
  }
}
