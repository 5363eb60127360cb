import { randomBytes } from 'node:crypto'
import { type Bitmap, bitmapOf, grown, setBit } from './bitmap.ts'

/** How many names a table has room for, so that none of its work holds the event loop for long. */
export const TABLE_SLOTS = 16_384

/**
 * Some of the identities that are reached through one gateway, numbered: a number is a *slot*, and
 * stays that of its name for good, so that senders and gateways can agree on what it stands for.
 */
export class NameTable {
  /** `null`: these have none, and are reached by their own subjects. */
  readonly gateway: string | null
  /** By slot; only ever added to. */
  readonly names: string[]
  /** Whether it serves many multicasts, so that it is worth telling others. */
  readonly isLasting: boolean
  #id: string | null = null
  /** The slots of names that are registered here no longer; `null` for none. */
  #gone: Bitmap | null = null
  #goneCount = 0

  /** @param name the first one; it gets slot 0. */
  constructor(gateway: string | null, name: string, isLasting: boolean) {
    this.gateway = gateway
    this.names = [name]
    this.isLasting = isLasting
  }

  /** Unlike that of any other table of any process. */
  get id(): string {
    this.#id ??= randomBytes(12).toString('base64url')
    return this.#id
  }

  get isFull(): boolean {
    return this.names.length >= TABLE_SLOTS
  }

  /** How many of the names are registered here. */
  get liveCount(): number {
    return this.names.length - this.#goneCount
  }

  /** The slots of the names that are registered here, as they are now. */
  liveSlots(): Bitmap {
    const live = bitmapOf([0, this.names.length - 1])
    for (const [at, word] of this.#gone?.entries() ?? []) {
      if (at < live.length) live[at] = (live[at] ?? 0) & ~word
    }
    return live
  }

  /** Gives a name the next slot. The table must not be full. */
  add(name: string): number {
    return this.names.push(name) - 1
  }

  /** @param slot of a name that is registered here. */
  remove(slot: number): void {
    this.#gone ??= new Uint32Array(0)
    if (slot >>> 5 >= this.#gone.length) this.#gone = grown(this.#gone, slot)
    setBit(this.#gone, slot)
    this.#goneCount += 1
  }
}
