import type { DeliveryReport, DeliveryStatus } from './messenger.ts'
import { type Bitmap, bitsIn, forEachWord, hasBit } from './targets/bitmap.ts'
import type { Ranges } from './targets/ranges.ts'
import { type NumberedTarget, partOf, slotOf, type TargetSet } from './targets/target-set.ts'

/** The known outcomes for the targets of one part. */
interface PartStatuses {
  readonly delivered: Bitmap
  readonly refused: Bitmap
  readonly handedOver: Bitmap
}

const EMPTY: Bitmap = new Uint32Array(0)
const NOTHING: PartStatuses = { delivered: EMPTY, refused: EMPTY, handedOver: EMPTY }

/** The outcome so far for each target of one send. */
export class DeliveryStatuses {
  readonly #targets: TargetSet
  /** By part; parts without known outcomes are missing. */
  readonly #known = new Map<number, PartStatuses>()
  readonly #retried: boolean
  #remaining: number
  #ended = false

  /** @param retried whether targets are retried, so only `DELIVERED` is final. */
  constructor(targets: TargetSet, { retried }: { readonly retried: boolean }) {
    this.#targets = targets
    this.#retried = retried
    this.#remaining = targets.size
  }

  /** The number of targets without a final status. */
  get remaining(): number {
    return this.#remaining
  }

  /** Notes an answer: the target's subscriber handled the message, or refused it or doesn't exist. */
  settle(target: number, handled: boolean): void {
    const slot = slotOf(target)
    this.settleSlots(partOf(target), [slot, slot], handled)
  }

  /** Like `settle`, for all targets of a part in these slots. */
  settleSlots(part: number, slots: Ranges, handled: boolean): void {
    const targets = this.#targets.parts[part]?.slots
    if (this.#ended || targets === undefined) return
    const { delivered, refused } = this.#of(part, targets.length)
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

  /** Notes that the broker has the message for these targets. */
  handOver(part: number, slots: Ranges): void {
    const targets = this.#targets.parts[part]?.slots
    if (this.#ended || targets === undefined) return
    const { handedOver } = this.#of(part, targets.length)
    forEachWord(slots, (at, bits) => {
      handedOver[at] = (handedOver[at] ?? 0) | (bits & (targets[at] ?? 0))
    })
  }

  /** Whether a target is not delivered. */
  isOpen(target: number): boolean {
    const part = partOf(target)
    const slot = slotOf(target)
    const isTarget = hasBit(this.#targets.parts[part]?.slots ?? EMPTY, slot)
    return isTarget && !hasBit(this.#known.get(part)?.delivered ?? EMPTY, slot)
  }

  /** The targets that are not delivered. */
  *open(): Generator<NumberedTarget, void> {
    for (const target of this.#targets) if (this.isOpen(target.number)) yield target
  }

  /** Ends the send: returns the statuses, which never change again. */
  end(): DeliveryReport {
    this.#ended = true
    return new Report(this.#targets, this.#known)
  }

  #of(part: number, words: number): PartStatuses {
    let known = this.#known.get(part)
    if (known === undefined) {
      const all = new Uint32Array(3 * words)
      known = {
        delivered: all.subarray(0, words),
        refused: all.subarray(words, 2 * words),
        handedOver: all.subarray(2 * words),
      }
      this.#known.set(part, known)
    }
    return known
  }
}

/** The statuses of an ended send by identity; entries are created on demand. */
class Report implements DeliveryReport {
  readonly #targets: TargetSet
  readonly #known: ReadonlyMap<number, PartStatuses>
  #byIdentity: Map<string, DeliveryStatus> | null = null

  constructor(targets: TargetSet, known: ReadonlyMap<number, PartStatuses>) {
    this.#targets = targets
    this.#known = known
  }

  get size(): number {
    return this.#targets.size
  }

  get counts(): Readonly<Record<DeliveryStatus, number>> {
    const counts = { DELIVERED: 0, PENDING: 0, FAILED: 0, TIMEOUT: this.size }
    for (const { delivered, refused, handedOver } of this.#known.values()) {
      for (const [at, word] of delivered.entries()) {
        const failed = (refused[at] ?? 0) & ~word
        counts.DELIVERED += bitsIn(word)
        counts.FAILED += bitsIn(failed)
        counts.PENDING += bitsIn((handedOver[at] ?? 0) & ~word & ~failed)
      }
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
    for (const { identity, number } of this.#targets) {
      yield [identity, statusOf(this.#known.get(partOf(number)) ?? NOTHING, slotOf(number))]
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

  /** The form that `console.log` shows. */
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
