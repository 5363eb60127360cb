import { encodeReceipt } from './receipt.ts'
import { forEachNumber, RangeBuilder, type Ranges, rangesOf } from '../targets/ranges.ts'
import type { Reply } from './reply.ts'

/** How long a gateway waits for running handlers before it sends a first receipt, in ms. */
const RECEIPT_PATIENCE_MS = 50

/**
 * The receipts for one message to a gateway: a single one when every handler is done. If some take long, a first
 * one for the others, then one for those that end in each turn of the event loop, so that a slow
 * handler does not delay the receipts of others.
 */
export class GatewayReceipt {
  readonly #reply: Reply
  readonly #recipients: number
  readonly #holder: string | undefined
  /** Known at once. */
  readonly #handled = new RangeBuilder()
  readonly #refused = new RangeBuilder()
  /** Known later, and not yet sent. */
  #handledLate: number[] = []
  #refusedLate: number[] = []
  #running = 0
  #isNoted = false
  #isTold = false
  #isScheduled = false
  #patience: NodeJS.Timeout | undefined

  /** @param holder the process that holds the names of the message by slots, if there are any. */
  constructor(reply: Reply, recipients: number, holder?: string) {
    this.#reply = reply
    this.#recipients = recipients
    this.#holder = holder
  }

  /** Notes a recipient's outcome, in the order of positions. */
  note(position: number, outcome: boolean | Promise<boolean>): void {
    if (outcome === true) this.#handled.add(position)
    else if (outcome === false) this.#refused.add(position)
    else {
      this.#running += 1
      void outcome.then((handled) => this.#end(position, handled))
    }
  }

  /** Call once, when all recipients are noted. */
  send(): void {
    this.#isNoted = true
    if (this.#running === 0) this.#sendFirst()
    else this.#patience = setTimeout(() => this.#sendFirst(), RECEIPT_PATIENCE_MS)
  }

  #end(position: number, handled: boolean): void {
    const ended = handled ? this.#handledLate : this.#refusedLate
    ended.push(position)
    this.#running -= 1
    if (this.#isTold) this.#schedule()
    else if (this.#isNoted && this.#running === 0) this.#sendFirst()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#tell(rangesOf(this.#handledLate), rangesOf(this.#refusedLate))
    })
  }

  #sendFirst(): void {
    clearTimeout(this.#patience)
    this.#isTold = true
    this.#tell(
      withLate(this.#handled.ranges, this.#handledLate),
      withLate(this.#refused.ranges, this.#refusedLate),
    )
  }

  #tell(handled: Ranges, refused: Ranges): void {
    this.#handledLate = []
    this.#refusedLate = []
    const { maxBytes } = this.#reply
    const names = this.#holder === undefined ? {} : { names: { held: true, by: this.#holder } }
    for (const text of encodeReceipt(this.#recipients, { handled, refused, ...names }, maxBytes)) {
      this.#reply.send(text)
    }
  }
}

function withLate(ranges: Ranges, late: readonly number[]): Ranges {
  if (late.length === 0) return ranges
  const all = [...late]
  forEachNumber(ranges, (position) => all.push(position))
  return rangesOf(all)
}
