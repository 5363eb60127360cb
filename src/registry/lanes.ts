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

/** The names of a gateway message take at least this many bytes, if the server's limit allows. */
const MIN_LIST_BYTES = 16 * 1024

/** The recipients of one message. */
export interface Batch {
  readonly slots: Ranges
  readonly names: readonly string[]
}

/** Targets of one part that are yet to be sent to. */
export class Piece {
  readonly part: number
  readonly table: NameTable
  /** Whether the gateway has to be told the names, whatever it may hold. */
  readonly byName: boolean
  /** Never changed, but replaced, since others have it too. Slots below `#next` are taken. */
  #slots: Bitmap
  /** The first slot that is yet to be sent to; -1 if there is none. */
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

  /** Takes the first one. */
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

  /** Takes those that are in a bitmap; the first ones if they are more ranges than `maxRanges`. */
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
   * Takes the recipients of the next message to a gateway: as many as fit, with the payload, into what the
   * server takes, and so many that the payload is not most of what is sent. Without names: the
   * target's own doesn't fit, or can't be in a list.
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

/** Targets that are reached in one way: through one gateway, or (`null`) by their own subjects. */
export interface Lane {
  readonly gateway: string | null
  /** What is yet to be sent, in turn. */
  readonly pieces: Piece[]
  /** What is on the way to the gateway without a receipt, in bytes. */
  unansweredBytes: number
}

/** Everybody, by gateway. */
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
 * Lanes of some targets of a set, by the gateways that these name now.
 * @param groups those of an earlier one are sent to first.
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

/** The piece of a lane that is sent from next, if it has any left. */
export function nextPiece(lane: Lane): Piece | undefined {
  while (lane.pieces[0]?.isEmpty === true) lane.pieces.shift()
  return lane.pieces[0]
}
