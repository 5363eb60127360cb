import { type Bitmap, both, forEachWord, nextBit, rangesOfBitmap } from './targets/bitmap.ts'
import type { EventLoopBudget } from './event-loop-budget.ts'
import type { NameTable } from './targets/name-table.ts'
import { RangeBuilder, type Ranges } from './targets/ranges.ts'
import {
  type NumberedTarget,
  partOf,
  PartsBuilder,
  slotOf,
  type TargetSet,
} from './targets/target-set.ts'

/** Minimum size of the list of names in a gateway message, within the server's limit, in bytes. */
const MIN_LIST_BYTES = 16 * 1024

/** The recipients of one message. */
export interface Batch {
  readonly slots: Ranges
  readonly names: readonly string[]
}

/** The unsent targets of one part. */
export class Piece {
  readonly part: number
  readonly table: NameTable
  /** Whether to send names even if the gateway may hold them. */
  readonly byName: boolean
  /** Shared, so replaced instead of changed. Slots below `#next` are taken. */
  #slots: Bitmap
  /** The first unsent slot; -1 if none is left. */
  #next: number

  constructor(part: number, table: NameTable, slots: Bitmap, byName: boolean) {
    this.part = part
    this.table = table
    this.byName = byName
    this.#slots = slots
    this.#next = nextBit(slots, 0)
  }

  get isEmpty(): boolean {
    return this.#next < 0
  }

  /** The first name. */
  get first(): string {
    return this.table.names[this.#next] ?? ''
  }

  /** Takes the first slot. */
  takeOne(): Ranges {
    if (this.isEmpty) return []
    const slot = this.#take()
    return [slot, slot]
  }

  /** Takes everything. */
  takeAll(): Ranges {
    const slots = this.isEmpty ? [] : rangesOfBitmap(this.#slots, this.#next)
    this.#next = -1
    return slots
  }

  /** Takes the slots in a bitmap; at most the first `maxRanges` ranges. */
  takeThose(held: Bitmap, maxRanges = Infinity): Ranges {
    if (this.isEmpty) return []
    const found = rangesOfBitmap(both(this.#slots, held), this.#next)
    const taken = found.length > 2 * maxRanges ? found.slice(0, 2 * maxRanges) : found
    const rest = this.#slots.slice()
    forEachWord(taken, (at, bits) => {
      rest[at] = (rest[at] ?? 0) & ~bits
    })
    this.#slots = rest
    this.#next = nextBit(rest, this.#next)
    return taken
  }

  /**
   * Takes the recipients of the next message to a gateway: as many as fit with the payload into the server's
   * limit, and enough that the payload is not most of the message. `names` is empty if the first name
   * doesn't fit or can't be in a list.
   * @param room for names, in bytes.
   */
  takeBatch(room: number, payloadBytes: number): Batch {
    const maxBytes = Math.min(room, Math.max(MIN_LIST_BYTES, payloadBytes))
    const names: string[] = []
    const slots = new RangeBuilder()
    let bytes = -1
    while (this.#next >= 0) {
      const name = this.first
      bytes += Buffer.byteLength(name) + 1
      if (bytes > maxBytes || !canTravel(name)) break
      names.push(name)
      slots.add(this.#take())
    }
    if (names.length === 0) return { slots: this.takeOne(), names }
    return { slots: slots.ranges, names }
  }

  #take(): number {
    const slot = this.#next
    this.#next = nextBit(this.#slots, slot + 1)
    return slot
  }
}

/** Names are lines of a message; no identity has a line feed. */
function canTravel(name: string): boolean {
  return name !== '' && !name.includes('\n')
}

/** The targets of one gateway, or (`null`) those reached by their own subjects. */
export interface Lane {
  readonly gateway: string | null
  /** The unsent targets, in order. */
  readonly pieces: Piece[]
  /** Bytes in flight to the gateway without a receipt. */
  unansweredBytes: number
}

/** All targets by gateway. */
export async function lanesOf(
  { parts }: TargetSet,
  budget: EventLoopBudget,
): Promise<readonly Lane[]> {
  const lanes = new Map<string | null, Lane>()
  for (const [part, { table, slots }] of parts.entries()) {
    if (part % 256 === 255 && budget.check()) await budget.renew()
    laneTo(lanes, table.gateway).pieces.push(new Piece(part, table, slots, false))
  }
  return [...lanes.values()]
}

/**
 * The lanes of some targets of a set, by their current gateways.
 * @param groups earlier groups are sent first.
 */
export function lanesOfTargets(
  { parts }: TargetSet,
  groups: readonly (readonly NumberedTarget[])[],
): readonly Lane[] {
  const lanes = new Map<string | null, Lane>()
  const partOfTable = new Map(parts.map(({ table }, part) => [table, part]))
  for (const group of groups) {
    const builders = new Map<string | null, PartsBuilder>()
    for (const { gateway, number } of group) {
      const builder = builders.get(gateway) ?? new PartsBuilder()
      builders.set(gateway, builder)
      const table = parts[partOf(number)]?.table
      if (table !== undefined) builder.add(table, slotOf(number))
    }
    for (const [gateway, builder] of builders) {
      for (const { table, slots } of builder.parts) {
        const byName = table.gateway !== gateway
        const part = partOfTable.get(table) ?? -1
        laneTo(lanes, gateway).pieces.push(new Piece(part, table, slots, byName))
      }
    }
  }
  return [...lanes.values()]
}

function laneTo(lanes: Map<string | null, Lane>, gateway: string | null): Lane {
  let lane = lanes.get(gateway)
  if (lane === undefined) {
    lane = { gateway, pieces: [], unansweredBytes: 0 }
    lanes.set(gateway, lane)
  }
  return lane
}

/** The next piece of a lane with unsent targets, if any. */
export function nextPiece(lane: Lane): Piece | undefined {
  while (lane.pieces[0]?.isEmpty === true) lane.pieces.shift()
  return lane.pieces[0]
}
