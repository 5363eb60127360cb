/** Receipts that share a reading of the clock. */
const LOT = 16

/**
 * Tells when receipts come. To read the clock takes as long as everything else that is done of a receipt,
 * so receipts that are handed out in one go share a reading, up to 16 of them: together they take less than
 * the µs that is the least a histogram of times tells apart.
 */
export class ReceiptClock {
  readonly #read: () => number
  #left = 0
  #lastMs = 0
  #isEndAwaited = false

  /** @param read reads the clock, in ms. */
  constructor(read: () => number) {
    this.#read = read
  }

  /** The time of a receipt, in ms. */
  now(): number {
    if (this.#left > 0) {
      this.#left -= 1
      return this.#lastMs
    }
    this.#left = LOT - 1
    this.#lastMs = this.#read()
    if (!this.#isEndAwaited) {
      this.#isEndAwaited = true
      queueMicrotask(this.#end)
    }
    return this.#lastMs
  }

  /** The next receipt is one of another message: something else was done before it. */
  nextMessage(): void {
    this.#left = 0
  }

  /** Whatever was handed out in one go has been. */
  readonly #end = (): void => {
    this.#left = 0
    this.#isEndAwaited = false
  }
}
