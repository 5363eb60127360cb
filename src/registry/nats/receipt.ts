/**
 * Receipts, wire format 2; `docs/promises.md` describes it for authors of plain gateways.
 *
 * ```
 * prism-receipt/2 <number of recipients of the message>
 * handled 0-499,501
 * refused 500
 * holds <name of the gateway's process>
 * ```
 *
 * Positions are indexes in the message's list of recipients, from 0. A receipt makes positive statements
 * only and implies nothing about positions that it doesn't list, so receipts can arrive in any order.
 * Lines with unknown words are skipped, because later versions may add some.
 *
 * `holds`: the process has noted the slots and names in the message. `lacks`: it doesn't hold those that
 * the message refers to, and has handed it to nobody (`slots-message.ts`), so a receipt with `lacks` lists
 * no positions. A receipt has at most one of the two, at most once.
 */
import type { Msg } from '@nats-io/transport-node'
import { readRanges, type Ranges } from '../targets/ranges.ts'
import { ERROR_HEADER, receivedHeaders, type Malformed } from './wire.ts'

/** The content of one receipt. */
export interface Receipt {
  readonly handled: Ranges
  readonly refused: Ranges
  /** The gateway process that holds, or lacks, the names of the message. */
  readonly names?: HeldBy
}

/** Whether a process of a gateway holds some names. */
export interface HeldBy {
  readonly held: boolean
  /** The process's name for itself; see `PROCESS_NAME`. */
  readonly by: string
}

const START = 'prism-receipt/2 '
const WORDS = ['handled', 'refused'] as const
const PROCESS_NAME = /^[\w-]{1,64}$/

/**
 * Encodes a receipt as one or more texts, each a complete receipt.
 * @param recipients the number of recipients of the message.
 * @param maxBytes maximum size of a text, exceeded only by a text with a single range.
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
 * Decodes a receipt; `null` if it is not a receipt for a message with this number of recipients. Every
 * position is below `recipients` and listed at most once, so decoding time is proportional to the
 * message.
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

/** The outcomes of a message's recipients in a reply. */
export interface Answer extends Receipt {
  /**
   * The form of the answer: a receipt, or a refusal of the whole message, which was handed to nobody.
   * `undefined`: nobody received the message.
   */
  readonly by?: 'receipt' | 'refusal'
}

const NO_RESPONDERS = 503
/** Maximum size of a JetStream acknowledgement, in bytes. */
const MAX_ACK_BYTES = 2_048
const OPENING_BRACE = 0x7b

/**
 * Reads the reply to a message. Never throws.
 * @param toGateway whether the message went to a gateway rather than to an identity's own subject.
 * @returns `null` for a reply of the server that says nothing about recipients.
 */
export function readAnswer(
  reply: Msg,
  toGateway: boolean,
  recipients: number,
): Answer | Malformed | null {
  const headers = receivedHeaders(reply)
  if (headers === null) return { malformed: 'its headers are not valid' }
  const all = [0, recipients - 1]
  const nobody = headers.code === NO_RESPONDERS && reply.data.length === 0
  if (nobody) return { handled: [], refused: all }
  if (headers.has(ERROR_HEADER)) return { handled: [], refused: all, by: 'refusal' }
  if (!toGateway) {
    return isPublishAck(reply.data) ? null : { handled: all, refused: [], by: 'receipt' }
  }
  const receipt = decodeReceipt(reply.data, recipients)
  return receipt === null
    ? { malformed: `it is not a receipt for ${recipients} recipients` }
    : { ...receipt, by: 'receipt' }
}

/**
 * Whether a reply is JetStream's acknowledgement or refusal of a publication: a stream may capture an
 * identity's subject, but is not its subscriber.
 */
export function isPublishAck(body: Uint8Array): boolean {
  if (body[0] !== OPENING_BRACE || body.length > MAX_ACK_BYTES) return false
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    if (typeof value !== 'object' || value === null) return false
    if ('stream' in value && 'seq' in value) {
      return typeof value.stream === 'string' && typeof value.seq === 'number'
    }
    return 'error' in value && isApiError(value.error)
  } catch {
    return false
  }
}

function isApiError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && 'err_code' in error
}
