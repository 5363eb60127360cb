import type { DeliveryReport, DeliveryStatus } from './messenger.ts'
import { type Bitmap, bitsIn, countBits, forEachWord, hasBit, nextBit } from './targets/bitmap.ts'
import type { NameTable } from './targets/name-table.ts'
import type { Ranges } from './targets/ranges.ts'
import { type NumberedTarget, partOf, slotOf, type TargetSet } from './targets/target-set.ts'

/** What is known of the targets of one part. Neither delivered, refused nor handed over: nothing. */
interface PartStatuses {
  readonly table: NameTable
  readonly targets: Bitmap
  readonly delivered: Bitmap
  readonly refused: Bitmap
  readonly handedOver: Bitmap
}

/** What is known of each target of one send. */
export class DeliveryStatuses {
  readonly #targets: TargetSet
  readonly #parts: readonly PartStatuses[]
  readonly #retried: boolean
  #remaining: number
  #ended = false

  /** @param retried whether targets are tried again, so that no answer but `DELIVERED` is final. */
  constructor(targets: TargetSet, { retried }: { readonly retried: boolean }) {
    this.#targets = targets
    this.#retried = retried
    this.#remaining = targets.size
    this.#parts = targets.parts.map(({ table, slots }) => ({
      table,
      targets: slots,
      delivered: new Uint32Array(slots.length),
      refused: new Uint32Array(slots.length),
      handedOver: new Uint32Array(slots.length),
    }))
  }

  /** How many targets have no final status. */
  get remaining(): number {
    return this.#remaining
  }

  /** Notes an answer: the target's subscriber handled the message, or there is none, or it refused. */
  settle(target: number, handled: boolean): void {
    const slot = slotOf(target)
    this.settleSlots(partOf(target), [slot, slot], handled)
  }

  /** As `settle`, for all targets of a part that have one of these slots. */
  settleSlots(part: number, slots: Ranges, handled: boolean): void {
    const known = this.#parts[part]
    if (this.#ended || known === undefined) return
    const { targets, delivered, refused } = known
    forEachWord(slots, (at, bits) => {
      const open = bits & (targets[at] ?? 0) & ~(delivered[at] ?? 0)
      const final = this.#retried ? 0 : (refused[at] ?? 0)
      const told = open & ~final
      if (told === 0) return
      if (handled) delivered[at] = (delivered[at] ?? 0) | told
      else refused[at] = (refused[at] ?? 0) | told
      if (handled || !this.#retried) this.#remaining -= bitsIn(told)
    })
  }

  /** Notes that the broker has the message for targets that nothing else is known of. */
  handOver(part: number, slots: Ranges): void {
    const known = this.#parts[part]
    if (this.#ended || known === undefined) return
    const { targets, handedOver } = known
    forEachWord(slots, (at, bits) => {
      handedOver[at] = (handedOver[at] ?? 0) | (bits & (targets[at] ?? 0))
    })
  }

  /** Whether a target is not delivered. */
  isOpen(target: number): boolean {
    const part = this.#parts[partOf(target)]
    const slot = slotOf(target)
    return part !== undefined && hasBit(part.targets, slot) && !hasBit(part.delivered, slot)
  }

  /** The targets that are not delivered. */
  *open(): Generator<NumberedTarget, void> {
    for (const target of this.#targets) if (this.isOpen(target.number)) yield target
  }

  /** The statuses as they are now; they never change again. */
  end(): DeliveryReport {
    this.#ended = true
    return new Report(this.#targets.size, this.#parts)
  }
}

/** The statuses of a send that has ended; by identity, without an entry for each until one is asked for. */
class Report implements DeliveryReport {
  readonly size: number
  readonly #parts: readonly PartStatuses[]
  #byIdentity: Map<string, DeliveryStatus> | null = null

  constructor(size: number, parts: readonly PartStatuses[]) {
    this.size = size
    this.#parts = parts
  }

  get counts(): Readonly<Record<DeliveryStatus, number>> {
    const counts = { DELIVERED: 0, PENDING: 0, FAILED: 0, TIMEOUT: this.size }
    for (const { delivered, refused, handedOver } of this.#parts) {
      counts.DELIVERED += countBits(delivered)
      counts.FAILED += countBits(refused.map((word, at) => word & ~(delivered[at] ?? 0)))
      counts.PENDING += countBits(
        handedOver.map((word, at) => word & ~(delivered[at] ?? 0) & ~(refused[at] ?? 0)),
      )
    }
    counts.TIMEOUT -= counts.DELIVERED + counts.FAILED + counts.PENDING
    return counts
  }

  get(identity: string): DeliveryStatus | undefined {
    return this.#whole.get(identity)
  }

  has(identity: string): boolean {
    return this.#whole.has(identity)
  }

  forEach(
    visit: (
      status: DeliveryStatus,
      identity: string,
      all: ReadonlyMap<string, DeliveryStatus>,
    ) => void,
  ): void {
    for (const [identity, status] of this.entries()) visit(status, identity, this)
  }

  *entries(): Generator<[string, DeliveryStatus], undefined> {
    for (const part of this.#parts) {
      const { table, targets } = part
      for (let slot = nextBit(targets, 0); slot >= 0; slot = nextBit(targets, slot + 1)) {
        yield [table.names[slot] ?? '', statusOf(part, slot)]
      }
    }
    return undefined
  }

  *keys(): Generator<string, undefined> {
    for (const [identity] of this.entries()) yield identity
    return undefined
  }

  *values(): Generator<DeliveryStatus, undefined> {
    for (const [, status] of this.entries()) yield status
    return undefined
  }

  [Symbol.iterator](): Generator<[string, DeliveryStatus], undefined> {
    return this.entries()
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.#whole
  }

  get #whole(): Map<string, DeliveryStatus> {
    this.#byIdentity ??= new Map(this.entries())
    return this.#byIdentity
  }
}

function statusOf({ delivered, refused, handedOver }: PartStatuses, slot: number): DeliveryStatus {
  if (hasBit(delivered, slot)) return 'DELIVERED'
  if (hasBit(refused, slot)) return 'FAILED'
  return hasBit(handedOver, slot) ? 'PENDING' : 'TIMEOUT'
}
