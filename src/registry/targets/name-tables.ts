import { IdentityMap } from '../memory/identity-map.ts'
import type { DeliveryTarget } from '../messenger.ts'
import { nextBit } from './bitmap.ts'
import { NameTable, TABLE_SLOTS } from './name-table.ts'
import { PartsBuilder, type TargetPart, TargetSet } from './target-set.ts'

/** For fewer targets per table than this, one message by name costs less than one message per table. */
const FEW_OF_A_TABLE = 64

/** A full table is dissolved when fewer of its names than this remain. */
const MIN_LIVE = TABLE_SLOTS / 2

/**
 * The identities of a registry by gateway, numbered, so a multicast handles bits instead of names. Changes
 * that keep an identity's gateway cost nothing.
 */
export class NameTables {
  readonly #tables: (NameTable | undefined)[] = []
  /** Vacant indexes in `#tables`. */
  readonly #vacant: number[] = []
  /** For each gateway, the index of the table that gets its next name. */
  readonly #open = new Map<string | null, number>()
  /** For each identity, `place * TABLE_SLOTS + slot`. */
  readonly #numbers = new IdentityMap<number>()

  /** Sets the gateway of an identity. */
  put(identity: string, gateway: string | null): void {
    const before = this.#numbers.get(identity)
    if (before !== undefined) {
      if (this.#tableAt(before)?.gateway === gateway) return
      this.#leave(before)
    }
    this.#add(identity, gateway)
  }

  remove(identity: string): void {
    const number = this.#numbers.get(identity)
    if (number === undefined) return
    this.#numbers.delete(identity)
    this.#leave(number)
  }

  /** All identities. */
  all(): TargetSet {
    const tables = this.#tables.filter((table) => table !== undefined)
    return new TargetSet(tables.map((table) => ({ table, slots: table.liveSlots() })))
  }

  /** The set of these targets; those that have left since they were selected keep the gateway in `targets`. */
  of(targets: Iterable<DeliveryTarget>): TargetSet {
    const builder = new PartsBuilder()
    const gone: DeliveryTarget[] = []
    for (const target of targets) {
      const number = this.#numbers.get(target.identity) ?? -1
      const table = this.#tableAt(number)
      if (table === undefined) gone.push(target)
      else builder.add(table, number % TABLE_SLOTS)
    }
    return new TargetSet(fewer([...builder.parts, ...TargetSet.of(gone).parts]))
  }

  #tableAt(number: number): NameTable | undefined {
    return this.#tables[Math.floor(number / TABLE_SLOTS)]
  }

  #add(identity: string, gateway: string | null): void {
    const open = this.#open.get(gateway) ?? -1
    const present = this.#tables[open]
    if (present?.isFull === false) {
      this.#numbers.set(identity, open * TABLE_SLOTS + present.add(identity))
      return
    }
    const place = this.#vacant.pop() ?? this.#tables.length
    this.#tables[place] = new NameTable(gateway, identity, true)
    this.#open.set(gateway, place)
    this.#numbers.set(identity, place * TABLE_SLOTS)
    // Most of the full table's names may have left.
    if (present !== undefined && present.liveCount < MIN_LIVE) this.#moveOut(open, present)
  }

  #leave(number: number): void {
    const table = this.#tableAt(number)
    if (table === undefined) return
    table.remove(number % TABLE_SLOTS)
    const place = Math.floor(number / TABLE_SLOTS)
    if (table.liveCount === 0) this.#giveUp(place, table)
    else if (table.isFull && table.liveCount < MIN_LIVE) this.#moveOut(place, table)
  }

  /** Dissolves a table: its remaining names get new slots in the gateway's open table. */
  #moveOut(place: number, table: NameTable): void {
    this.#giveUp(place, table)
    const slots = table.liveSlots()
    for (let slot = nextBit(slots, 0); slot >= 0; slot = nextBit(slots, slot + 1)) {
      this.#add(table.names[slot] ?? '', table.gateway)
    }
  }

  #giveUp(place: number, table: NameTable): void {
    this.#tables[place] = undefined
    this.#vacant.push(place)
    if (this.#open.get(table.gateway) === place) this.#open.delete(table.gateway)
  }
}

/**
 * The same targets, with those of a gateway that are few in each of several tables combined into a new
 * table: one message by name instead of one message per table.
 */
function fewer(parts: readonly TargetPart[]): readonly TargetPart[] {
  const byGateway = new Map<string | null, TargetPart[]>()
  for (const part of parts) {
    const own = byGateway.get(part.table.gateway)
    if (own === undefined) byGateway.set(part.table.gateway, [part])
    else own.push(part)
  }
  return [...byGateway.values()].flatMap((own) => {
    const all = own.length > 1 ? new TargetSet(own) : null
    return all !== null && all.size < FEW_OF_A_TABLE * own.length
      ? TargetSet.of([...all]).parts
      : own
  })
}
