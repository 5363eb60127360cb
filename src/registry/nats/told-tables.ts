import { nuid } from '@nats-io/transport-node'
import { isIdentity } from '../identity.ts'
import { LinkedMap } from '../linked-map.ts'
import type { NameNumbers } from '../name-numbering.ts'
import { ownText } from '../text.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { countOf, forEachNumber } from '../targets/ranges.ts'
import type { SlotsOfTable } from './wire.ts'

/** Maximum number of remembered slots of all tables; 4 bytes each. */
const MAX_SLOTS = 4 * 1024 * 1024
/** Estimated overhead of a table, in slots. */
const TABLE_OVERHEAD = 128
/** Stands for no number. */
const NONE = -1
/** Replaces a table that received two names for one slot. */
const AMBIGUOUS = new Int32Array(0)

/**
 * The names that senders have told this gateway process, by table and slot. The least recently used
 * table is forgotten first.
 */
export class ToldTables {
  /** Identifies this process among those that share its gateway. */
  readonly processName = nuid.next()
  readonly #numbers: NameNumbers
  readonly #maxSlots: number
  readonly #tables = new LinkedMap<string, Int32Array>()
  #generation: number
  #size = 0

  constructor(numbers: NameNumbers, maxSlots = MAX_SLOTS) {
    this.#numbers = numbers
    this.#maxSlots = maxSlots
    this.#generation = numbers.generation
  }

  /**
   * Notes the names of slots.
   * @returns whether it now holds them all: `false` if one is not an identity, or if a slot of the table
   *   was ever told two names, which makes the table unusable.
   */
  tell({ id, slots }: SlotsOfTable, names: readonly string[]): boolean {
    let numbers = this.#numbersOfNames(names)
    // Numbering may have restarted meanwhile; it has room now.
    if (this.#dropOutdated()) numbers = this.#numbersOfNames(names)
    if (numbers.includes(NONE) || this.#tables.get(id) === AMBIGUOUS) return false
    const table = this.#use(id, slots.at(-1) ?? 0)
    let position = 0
    let isConsistent = true
    forEachNumber(slots, (slot) => {
      const before = table[slot] ?? NONE
      const number = numbers[position] ?? NONE
      if (before !== NONE && before !== number) isConsistent = false
      table[slot] = number
      position += 1
    })
    if (!isConsistent) this.#keep(id, AMBIGUOUS)
    return isConsistent && this.#generation === this.#numbers.generation
  }

  /** The numbers of the names in these slots, in order; `null` if one is unknown. */
  numbersOf({ id, slots }: SlotsOfTable): Int32Array | null {
    this.#dropOutdated()
    const table = this.#tables.get(id)
    if (table === undefined || (slots.at(-1) ?? 0) >= table.length) return null
    this.#use(id, 0)
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

  /** Marks a table as used last and makes room for a slot. */
  #use(id: string, slot: number): Int32Array {
    const before = this.#tables.get(id) ?? new Int32Array(0)
    let table = before
    if (slot >= table.length) {
      const length = Math.max(slot + 1, Math.min(2 * before.length, TABLE_SLOTS))
      table = new Int32Array(length).fill(NONE)
      table.set(before)
    }
    this.#keep(id, table)
    return table
  }

  /** Keeps a table, marked as used last. */
  #keep(id: string, table: Int32Array): void {
    this.#forget(id)
    this.#tables.set(ownText(id), table)
    this.#size += table.length + TABLE_OVERHEAD
    while (this.#size > this.#maxSlots) {
      const [oldest] = this.#tables.first() ?? [id]
      if (oldest === id) break
      this.#forget(oldest)
    }
  }

  #forget(id: string): void {
    const table = this.#tables.get(id)
    if (table === undefined) return
    this.#tables.delete(id)
    this.#size -= table.length + TABLE_OVERHEAD
  }

  /** Forgets everything if numbering has restarted; returns whether it has. */
  #dropOutdated(): boolean {
    if (this.#generation === this.#numbers.generation) return false
    this.#generation = this.#numbers.generation
    this.#tables.clear()
    this.#size = 0
    return true
  }
}
