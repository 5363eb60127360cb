/**
 * Receipts, wire format 2; `docs/promises.md` tells it to authors of plain gateways.
 *
 * ```
 * prism-receipt/2 <number of recipients of the message>
 * handled 0-499,501
 * refused 500
 * holds <name of the gateway's process>
 * ```
 *
 * Positions are places in the message's list of recipients, from 0. A receipt makes positive statements only:
 * nothing follows for positions that it doesn't name, so it can't be mistaken for another one, and none has to
 * come first. Lines with unknown words are skipped, because later versions may add some.
 *
 * `holds` says that the process has noted the slots and names that the message told it; `lacks`, that
 * it doesn't hold those that the message refers to, and has handed it to nobody (`slots-message.ts`). So
 * a receipt that says `lacks` names no positions. It says one of the two at most, and once.
 */
import type { Ranges } from '../targets/ranges.ts'

/** The content of one receipt. */
export interface Receipt {
  readonly handled: Ranges
  readonly refused: Ranges
  /** Which process of the gateway holds, or lacks, the names that the message is about. */
  readonly names?: HeldBy
}

/** Whether a process of a gateway holds some names. */
export interface HeldBy {
  readonly held: boolean
  /** See `PROCESS_NAME`. */
  readonly by: string
}

const START = 'prism-receipt/2 '
const WORDS = ['handled', 'refused'] as const
const NUMBER = /^\d{1,9}$/
const PROCESS_NAME = /^[\w-]{1,64}$/

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
  const { names } = receipt
  const about = names === undefined ? '' : `\n${names.held ? 'holds' : 'lacks'} ${names.by}`
  const start = `${START}${recipients}${about}`
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
 * The content of a receipt; `null` if it is not a receipt for a message of this many recipients. Every
 * position is below `recipients` and named at most once, so that reading takes time proportional
 * to the message.
 */
export function decodeReceipt(body: Uint8Array, recipients: number): Receipt | null {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  const [start, ...lines] = text.split('\n')
  if (start !== `${START}${recipients}`) return null
  const receipt = { handled: [] as number[], refused: [] as number[] }
  let names: HeldBy | undefined
  let named = 0
  for (const line of lines) {
    const space = line.indexOf(' ')
    const word = line.slice(0, space < 0 ? line.length : space)
    const rest = line.slice(word.length + 1)
    if (word === 'handled' || word === 'refused') {
      named += readRanges(rest, recipients, receipt[word]) ?? Infinity
      if (named > recipients) return null
    } else if ((word === 'holds' || word === 'lacks') && PROCESS_NAME.test(rest)) {
      if (names !== undefined) return null
      names = { held: word === 'holds', by: rest }
    }
  }
  if (names === undefined) return receipt
  return names.held || named === 0 ? { ...receipt, names } : null
}

/** `0-499,501` for these ranges. */
export function rangesText(ranges: Ranges): string {
  let text = ''
  for (let index = 0; index < ranges.length; index += 2) {
    const first = ranges[index]
    const last = ranges[index + 1]
    text += `${index === 0 ? '' : ','}${first === last ? first : `${first}-${last}`}`
  }
  return text
}

/**
 * Appends the ranges of a text to `bounds`; returns how many numbers they have, `null` if one is invalid.
 * @param limit what all numbers are below.
 */
export function readRanges(text: string, limit: number, bounds: number[]): number | null {
  let count = 0
  let before = -1
  for (const range of text.split(',')) {
    const dash = range.indexOf('-')
    const firstText = dash < 0 ? range : range.slice(0, dash)
    const lastText = dash < 0 ? range : range.slice(dash + 1)
    if (!NUMBER.test(firstText) || !NUMBER.test(lastText)) return null
    const first = Number(firstText)
    const last = Number(lastText)
    if (first <= before || last < first || last >= limit) return null
    bounds.push(first, last)
    count += last - first + 1
    before = last
  }
  return count
}
