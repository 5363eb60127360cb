import { randomBytes } from 'node:crypto'
import { type Bitmap, clearBit, grown, setBit } from './bitmap.ts'

/** How many names a table has room for, so that none of its work holds the event loop for long. */
export const TABLE_SLOTS = 16_384

/**
 * Some of the identities that are reached through one gateway, numbered: a number is a *slot*, and
 * stays that of its name for good, so that senders and gateways can agree on what it stands for.
 */
export class NameTable {
  /** Unlike that of any other table of any process. */
  readonly id = randomBytes(12).toString('base64url')
  /** `null`: these have none, and are reached by their own subjects. */
  readonly gateway: string | null
  /** By slot; only ever added to. */
  readonly names: string[] = []
  #live: Bitmap = new Uint32Array(2)
  #liveCount = 0
  /** Whether it serves many multicasts, so that it is worth telling others. */
  readonly isLasting: boolean

  constructor(gateway: string | null, isLasting: boolean) {
    this.gateway = gateway
    this.isLasting = isLasting
  }

  get isFull(): boolean {
    return this.names.length >= TABLE_SLOTS
  }

  /** How many of the names are registered here. */
  get liveCount(): number {
    return this.#liveCount
  }

  /** The slots of the names that are registered here, as they are now. */
  liveSlots(): Bitmap {
    return this.#live.slice(0, (this.names.length + 31) >>> 5)
  }

  /** Gives a name the next slot. The table must not be full. */
  add(name: string): number {
    const slot = this.names.push(name) - 1
    if (slot >>> 5 >= this.#live.length) this.#live = grown(this.#live, slot)
    setBit(this.#live, slot)
    this.#liveCount += 1
    return slot
  }

  /** @param slot of a name that is registered here. */
  remove(slot: number): void {
    clearBit(this.#live, slot)
    this.#liveCount -= 1
  }
}
