import { nuid } from '@nats-io/transport-node'
import { isIdentity } from '../identity.ts'
import type { NameNumbers } from '../name-numbering.ts'
import { countOf, forEachNumber } from '../targets/ranges.ts'
import type { SlotsOfTable } from './wire.ts'

/** Slots that are remembered, of all tables; 4 bytes each. */
const MAX_SLOTS = 4 * 1024 * 1024
/** What stands for no number. */
const NONE = -1

/**
 * The names that senders have told a gateway's process, by their tables and slots. Those of the
 * table that was used least lately are forgotten first.
 */
export class ToldTables {
  /** This process among those that share its gateway. */
  readonly processName = nuid.next()
  readonly #numbers: NameNumbers
  readonly #maxSlots: number
  readonly #tables = new Map<string, Int32Array>()
  #generation: number
  #size = 0

  constructor(numbers: NameNumbers, maxSlots = MAX_SLOTS) {
    this.#numbers = numbers
    this.#maxSlots = maxSlots
    this.#generation = numbers.generation
  }

  /** Notes the names of slots. */
  tell({ id, slots }: SlotsOfTable, names: readonly string[]): void {
    let numbers = this.#numbersOfNames(names)
    // Numbering may have begun anew on the way; it has much room now.
    if (this.#dropOutdated()) numbers = this.#numbersOfNames(names)
    const table = this.#use(id, slots.at(-1) ?? 0)
    let position = 0
    forEachNumber(slots, (slot) => {
      table[slot] = numbers[position] ?? NONE
      position += 1
    })
  }

  /** The numbers of the names in slots, in their order; `null` if one is not known. */
  numbersOf({ id, slots }: SlotsOfTable): Int32Array | null {
    this.#dropOutdated()
    const table = this.#tables.get(id)
    if (table === undefined || (slots.at(-1) ?? 0) >= table.length) return null
    this.#tables.delete(id)
    this.#tables.set(id, table)
    const numbers = new Int32Array(countOf(slots))
    let position = 0
    for (let index = 0; index < slots.length; index += 2) {
      const last = slots[index + 1] ?? -1
      for (let slot = slots[index] ?? 0; slot <= last; slot += 1) {
        const number = table[slot] ?? NONE
        if (number === NONE) return null
        numbers[position] = number
        position += 1
      }
    }
    return numbers
  }

  #numbersOfNames(names: readonly string[]): readonly number[] {
    return names.map((name) => (isIdentity(name) ? this.#numbers.numberOf(name) : NONE))
  }

  /** The table, as the one used last, with room for a slot. */
  #use(id: string, slot: number): Int32Array {
    const before = this.#tables.get(id) ?? new Int32Array(0)
    let table = before
    if (slot >= table.length) {
      table = new Int32Array(Math.max(slot + 1, 2 * before.length)).fill(NONE)
      table.set(before)
      this.#size += table.length - before.length
    }
    this.#tables.delete(id)
    this.#tables.set(id, table)
    for (const [oldest, { length }] of this.#tables) {
      if (this.#size <= this.#maxSlots || oldest === id) break
      this.#tables.delete(oldest)
      this.#size -= length
    }
    return table
  }

  /** Forgets everything if numbering has begun anew since; returns whether it has. */
  #dropOutdated(): boolean {
    if (this.#generation === this.#numbers.generation) return false
    this.#generation = this.#numbers.generation
    this.#tables.clear()
    this.#size = 0
    return true
  }
}
