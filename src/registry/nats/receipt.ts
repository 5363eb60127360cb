/**
 * Receipts, wire format 2; `docs/promises.md` tells it to authors of plain gateways.
 *
 * ```
 * prism-receipt/2 <number of recipients of the message>
 * handled 0-499,501
 * refused 500
 * ```
 *
 * Positions are places in the message's list of recipients, from 0. A receipt only says what is so:
 * nothing follows from what it doesn't name, so it can't be mistaken for another one, and none has to
 * come first. Lines of unknown words are skipped, because later versions may add some.
 */

/** A set of positions: `[first, last, first, last, …]`, both ends included. */
export type Ranges = readonly number[]

/** What one receipt says. */
export interface Receipt {
  readonly handled: Ranges
  readonly refused: Ranges
}

const START = 'prism-receipt/2 '
const WORDS = ['handled', 'refused'] as const
const NUMBER = /^\d{1,9}$/

/** Collects ascending positions; those that follow each other are one range. */
export class RangeBuilder {
  readonly #closed: number[] = []
  #first = 0
  #last = -1

  get ranges(): Ranges {
    return this.#last < this.#first ? [] : [...this.#closed, this.#first, this.#last]
  }

  /** @param position above all that were added before. */
  add(position: number): void {
    if (position !== this.#last + 1 || position === 0) {
      if (this.#last >= this.#first) this.#closed.push(this.#first, this.#last)
      this.#first = position
    }
    this.#last = position
  }
}

/** The ranges of positions in any order. */
export function rangesOf(positions: Iterable<number>): Ranges {
  const builder = new RangeBuilder()
  for (const position of [...positions].sort((a, b) => a - b)) builder.add(position)
  return builder.ranges
}

/** Calls `visit` with each position of the ranges. */
export function forEachPosition(ranges: Ranges, visit: (position: number) => void): void {
  for (let index = 0; index < ranges.length; index += 2) {
    const last = ranges[index + 1] ?? -1
    for (let position = ranges[index] ?? 0; position <= last; position += 1) visit(position)
  }
}

/**
 * A receipt as one or more texts, each complete in itself.
 * @param recipients how many the message has.
 * @param maxBytes how long a text may be; one that can't be shorter is longer nevertheless.
 */
export function encodeReceipt(
  recipients: number,
  receipt: Receipt,
  maxBytes: number,
): readonly string[] {
  const start = `${START}${recipients}`
  const texts: string[] = []
  let text = start
  for (const word of WORDS) {
    const ranges = receipt[word]
    let separator = `\n${word} `
    for (let index = 0; index < ranges.length; index += 2) {
      const first = ranges[index]
      const last = ranges[index + 1]
      const range = first === last ? `${first}` : `${first}-${last}`
      if (text.length + separator.length + range.length > maxBytes && text !== start) {
        texts.push(text)
        text = start
        separator = `\n${word} `
      }
      text += separator + range
      separator = ','
    }
  }
  texts.push(text)
  return texts
}

/**
 * What a receipt says; `null` if it is not a receipt for a message of so many recipients. Every
 * position is below `recipients`, and each is named once at most, so that reading takes no longer than
 * the message was.
 */
export function decodeReceipt(body: Uint8Array, recipients: number): Receipt | null {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  const [start, ...lines] = text.split('\n')
  if (start !== `${START}${recipients}`) return null
  const receipt = { handled: [] as number[], refused: [] as number[] }
  let named = 0
  for (const line of lines) {
    const space = line.indexOf(' ')
    const word = WORDS.find((each) => each === line.slice(0, space < 0 ? line.length : space))
    if (word === undefined) continue
    const count = readRanges(line.slice(word.length + 1), recipients, receipt[word])
    named += count ?? Infinity
    if (named > recipients) return null
  }
  return receipt
}

/** Appends the ranges of one line; gives how many positions they have, `null` if one is not valid. */
function readRanges(text: string, recipients: number, bounds: number[]): number | null {
  let count = 0
  let before = -1
  for (const range of text.split(',')) {
    const dash = range.indexOf('-')
    const firstText = dash < 0 ? range : range.slice(0, dash)
    const lastText = dash < 0 ? range : range.slice(dash + 1)
    if (!NUMBER.test(firstText) || !NUMBER.test(lastText)) return null
    const first = Number(firstText)
    const last = Number(lastText)
    if (first <= before || last < first || last >= recipients) return null
    bounds.push(first, last)
    count += last - first + 1
    before = last
  }
  return count
}
