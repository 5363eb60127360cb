import { setTimeout as sleep } from 'node:timers/promises'
import { formatCount } from '../../format.ts'
import { nowMs } from '../../load/clock.ts'
import type { Losses } from '../../load/recording/losses.ts'
import type { LoadRequest } from '../../load/workload.ts'
import type { DeliveryGuarantee, DeliveryStatus } from '../../registry/messenger.ts'
import type { JournaledReceipt } from '../../subscribers/receipt-journal.ts'

/** The recipients of a load's messages, and what they handled. */
export interface AuditedGateway {
  readonly isUp: boolean
  readonly journal: { read(from: number): Iterable<JournaledReceipt> }
  recipientOf(identity: string): number | null
  identityOf(recipient: number): string
}

/** Which statuses say that a message will have been handled. */
const PROMISES: Readonly<Record<DeliveryGuarantee, readonly DeliveryStatus[]>> = {
  'at-most-once': ['DELIVERED'],
  'at-least-once': ['DELIVERED'],
  'exactly-once': ['DELIVERED', 'PENDING'],
}

/** A message that is kept for a gateway is tried again after 5 s, then at intervals that double, in ms. */
const PATIENCE_MS = 20_000
const POLL_MS = 100
/** Messages to be remembered; about 200 bytes each, and a bit per recipient. */
const MAX_MESSAGES = 500_000
const MAX_EXAMPLES = 10

/**
 * Remembers which recipients of each measured message its sender was promised, and afterwards counts those
 * that never handled it, by the gateway's journal. Handling a message twice counts, too, where the guarantee
 * rules that out.
 */
export class MessageLedger {
  readonly #gateway: AuditedGateway
  readonly #delivery: DeliveryGuarantee
  readonly #maxMessages: number
  /** A bit per recipient, by the message's number. */
  readonly #promised = new Map<number, Recipients>()
  #isFull = false

  constructor(
    gateway: AuditedGateway,
    delivery: DeliveryGuarantee,
    maxMessages: number = MAX_MESSAGES,
  ) {
    this.#gateway = gateway
    this.#delivery = delivery
    this.#maxMessages = maxMessages
  }

  /** Notes the outcome of a request's message. Those of the warm-up aren't in the journal. */
  note(
    { number, isWarmUp }: Pick<LoadRequest, 'number' | 'isWarmUp'>,
    statuses: ReadonlyMap<string, DeliveryStatus>,
  ): void {
    if (isWarmUp) return
    if (this.#promised.size >= this.#maxMessages) {
      this.#isFull = true
      return
    }
    const promises = PROMISES[this.#delivery]
    const promised = new Recipients()
    for (const [identity, status] of statuses) {
      if (!promises.includes(status)) continue
      const recipient = this.#gateway.recipientOf(identity)
      if (recipient !== null) promised.add(recipient)
    }
    this.#promised.set(number, promised)
  }

  /** Waits up to 20 s for messages that are kept for the gateway, if it runs. */
  async losses(): Promise<Losses> {
    if (this.#isFull) {
      const reason = `there were more than ${formatCount(this.#maxMessages)} messages, too many to remember each`
      return { kind: 'unknown', reason }
    }
    const handled = new Handled()
    const deadlineMs = nowMs() + PATIENCE_MS
    handled.read(this.#gateway.journal)
    while (this.#gateway.isUp && this.#lacks(handled).lost > 0 && nowMs() < deadlineMs) {
      await sleep(POLL_MS)
      handled.read(this.#gateway.journal)
    }
    const { promised, lost, examples } = this.#lacks(handled)
    if (lost > 0 && this.#delivery === 'exactly-once' && !this.#gateway.isUp) {
      const reason = `the gateway is down, and ${formatCount(lost)} promised messages may be kept for it`
      return { kind: 'unknown', reason }
    }
    const duplicates = this.#delivery === 'at-least-once' ? null : handled.duplicates
    return { kind: 'known', of: 'messages', promised, lost, duplicates, examples }
  }

  #lacks(handled: Handled): { promised: number; lost: number; examples: string[] } {
    const sum = { promised: 0, lost: 0, examples: [] as string[] }
    for (const [number, recipients] of this.#promised) {
      for (const recipient of recipients) {
        sum.promised++
        if (handled.has(number, recipient)) continue
        sum.lost++
        if (sum.examples.length < MAX_EXAMPLES) {
          sum.examples.push(`message ${number} to ${this.#gateway.identityOf(recipient)}`)
        }
      }
    }
    return sum
  }
}

/** The receipts in a journal. */
class Handled {
  readonly #byMessage = new Map<number, Recipients>()
  #read = 0
  duplicates = 0

  /** Reads what the journal has had since. */
  read(journal: AuditedGateway['journal']): void {
    for (const { number, recipient } of journal.read(this.#read)) {
      this.#read++
      const recipients = this.#byMessage.get(number) ?? new Recipients()
      this.#byMessage.set(number, recipients)
      if (!recipients.add(recipient)) this.duplicates++
    }
  }

  has(number: number, recipient: number): boolean {
    return this.#byMessage.get(number)?.has(recipient) ?? false
  }
}

/** A set of recipients, a bit each. */
class Recipients {
  #words = new Uint32Array(1)

  /** Returns whether it was not there. */
  add(recipient: number): boolean {
    const word = recipient >>> 5
    if (word >= this.#words.length) {
      const larger = new Uint32Array(Math.max(word + 1, this.#words.length * 2))
      larger.set(this.#words)
      this.#words = larger
    }
    const isNew = !this.has(recipient)
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (recipient & 31))
    return isNew
  }

  has(recipient: number): boolean {
    return ((this.#words[recipient >>> 5] ?? 0) & (1 << (recipient & 31))) !== 0
  }

  *[Symbol.iterator](): Generator<number> {
    for (const [word, bits] of this.#words.entries()) {
      for (let bit = 0; bits >>> bit !== 0 && bit < 32; bit++) {
        if ((bits & (1 << bit)) !== 0) yield word * 32 + bit
      }
    }
  }
}
