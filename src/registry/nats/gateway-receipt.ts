import { encodeReceipt, forEachPosition, RangeBuilder, type Ranges, rangesOf } from './receipt.ts'
import type { Reply } from './reply.ts'

/** After how long a gateway sends a first receipt although some handlers are still running, in ms. */
const RECEIPT_PATIENCE_MS = 50

/**
 * The receipts for one message to a gateway: one when every handler is done. If some take long, a first
 * one for the others and then one for those that end in one turn of the event loop, so that a slow
 * handler delays nobody else's receipt.
 */
export class GatewayReceipt {
  readonly #reply: Reply
  readonly #recipients: number
  /** Known at once. */
  readonly #handled = new RangeBuilder()
  readonly #refused = new RangeBuilder()
  /** Known later, and not told yet. */
  #handledLate: number[] = []
  #refusedLate: number[] = []
  #running = 0
  #isNoted = false
  #isTold = false
  #isScheduled = false
  #patience: NodeJS.Timeout | undefined

  constructor(reply: Reply, recipients: number) {
    this.#reply = reply
    this.#recipients = recipients
  }

  /** Notes what became of a recipient, in the order of their positions. */
  note(position: number, outcome: boolean | Promise<boolean>): void {
    if (outcome === true) this.#handled.add(position)
    else if (outcome === false) this.#refused.add(position)
    else {
      this.#running += 1
      void outcome.then((handled) => this.#end(position, handled))
    }
  }

  /** To be called once, when all recipients are noted. */
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
    for (const text of encodeReceipt(this.#recipients, { handled, refused }, maxBytes)) {
      this.#reply.send(text)
    }
  }
}

function withLate(ranges: Ranges, late: readonly number[]): Ranges {
  if (late.length === 0) return ranges
  const all = [...late]
  forEachPosition(ranges, (position) => all.push(position))
  return rangesOf(all)
}
