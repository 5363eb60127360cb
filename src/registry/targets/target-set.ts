import type { DeliveryTarget } from '../messenger.ts'
import { type Bitmap, countBits, grown, nextBit, setBit } from './bitmap.ts'
import { NameTable, TABLE_SLOTS } from './name-table.ts'

/** The targets of one table. */
export interface TargetPart {
  readonly table: NameTable
  readonly slots: Bitmap
}

/** A target with its number in its set, which is more compact than its name. */
export interface NumberedTarget extends DeliveryTarget {
  readonly number: number
}

/** The targets of one multicast by gateway; immutable. */
export class TargetSet implements Iterable<NumberedTarget> {
  readonly parts: readonly TargetPart[]
  readonly size: number

  /** @param parts of different tables; no identity is in two of them. */
  constructor(parts: readonly TargetPart[]) {
    this.parts = parts
    this.size = parts.reduce((size, { slots }) => size + countBits(slots), 0)
  }

  /** The set of these targets. An identity that is listed twice keeps its first gateway. */
  static of(targets: Iterable<DeliveryTarget>): TargetSet {
    if (targets instanceof TargetSet) return targets
    const names = new Set<string>()
    const tables = new Map<string | null, NameTable[]>()
    for (const { identity, gateway } of targets) {
      if (names.size === names.add(identity).size) continue
      const own = tables.get(gateway)
      const open = own?.at(-1)
      if (open !== undefined && !open.isFull) open.add(identity)
      else {
        const table = new NameTable(gateway, identity, false)
        if (own === undefined) tables.set(gateway, [table])
        else own.push(table)
      }
    }
    const all = [...tables.values()].flat()
    return new TargetSet(all.map((table) => ({ table, slots: table.liveSlots() })))
  }

  *[Symbol.iterator](): Generator<NumberedTarget, void> {
    for (const [part, { table, slots }] of this.parts.entries()) {
      const { names, gateway } = table
      for (let slot = nextBit(slots, 0); slot >= 0; slot = nextBit(slots, slot + 1)) {
        yield { identity: names[slot] ?? '', gateway, number: numberOf(part, slot) }
      }
    }
  }
}

/** The number of the target in this slot of a part. */
export function numberOf(part: number, slot: number): number {
  return part * TABLE_SLOTS + slot
}

/** The part of a target number. */
export function partOf(number: number): number {
  return Math.floor(number / TABLE_SLOTS)
}

/** The slot of a target number. */
export function slotOf(number: number): number {
  return number % TABLE_SLOTS
}

/** Collects slots of several tables. */
export class PartsBuilder {
  readonly #parts = new Map<NameTable, { slots: Bitmap }>()
  #table: NameTable | null = null
  #part: { slots: Bitmap } = { slots: new Uint32Array(0) }

  add(table: NameTable, slot: number): void {
    // Consecutive targets often share a table.
    if (table !== this.#table) {
      this.#table = table
      this.#part = this.#parts.get(table) ?? { slots: new Uint32Array(2) }
      this.#parts.set(table, this.#part)
    }
    if (slot >>> 5 >= this.#part.slots.length) this.#part.slots = grown(this.#part.slots, slot)
    setBit(this.#part.slots, slot)
  }

  get parts(): readonly TargetPart[] {
    return [...this.#parts].map(([table, { slots }]) => ({ table, slots }))
  }
}
