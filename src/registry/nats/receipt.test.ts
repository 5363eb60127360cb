import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forEachNumber, type Ranges, rangesOf } from '../targets/ranges.ts'
import { decodeReceipt, encodeReceipt, type Receipt } from './receipt.ts'

/** The state of each recipient at a gateway: handled, refused, or unknown. */
const outcomes = fc.array(fc.constantFrom('handled', 'refused', 'unknown'), {
  minLength: 1,
  maxLength: 300,
})
type Outcome = 'handled' | 'refused' | 'unknown'

function receiptOf(known: readonly Outcome[]): Receipt {
  const positionsOf = (wanted: Outcome): number[] =>
    known.flatMap((outcome, position) => (outcome === wanted ? position : []))
  return { handled: rangesOf(positionsOf('handled')), refused: rangesOf(positionsOf('refused')) }
}

function positionsIn(ranges: Ranges): readonly number[] {
  const positions: number[] = []
  forEachNumber(ranges, (position) => positions.push(position))
  return positions
}

function decode(text: string, recipients: number): Receipt | null {
  return decodeReceipt(Buffer.from(text), recipients)
}

describe('ranges', () => {
  test('contain exactly the given positions, in the fewest ranges', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 60 })), (positions) => {
        const ranges = rangesOf(positions)
        const sorted = [...positions].sort((a, b) => a - b)
        expect(positionsIn(ranges)).toEqual(sorted)
        const gaps = sorted.filter((each, index) => each !== (sorted[index - 1] ?? -2) + 1)
        expect(ranges.length / 2).toBe(gaps.length)
      }),
    )
  })
})

describe('a receipt', () => {
  test('decodes to the encoded content', () => {
    fc.assert(
      fc.property(outcomes, (known) => {
        const receipt = receiptOf(known)
        const [text = '', ...more] = encodeReceipt(known.length, receipt, 1024 * 1024)
        expect(more).toEqual([])
        expect(decode(text, known.length)).toEqual(receipt)
      }),
    )
  })

  test('has the same content if split, each part within the limit where possible', () => {
    fc.assert(
      fc.property(outcomes, fc.integer({ min: 0, max: 200 }), (known, maxBytes) => {
        const receipt = receiptOf(known)
        const texts = encodeReceipt(known.length, receipt, maxBytes)
        const parts = texts.map((text) => decode(text, known.length))
        const said = (word: 'handled' | 'refused'): readonly number[] =>
          parts.flatMap((part) => (part === null ? [-1] : positionsIn(part[word])))
        expect(said('handled')).toEqual(positionsIn(receipt.handled))
        expect(said('refused')).toEqual(positionsIn(receipt.refused))
        for (const text of texts) {
          if (text.length > maxBytes) expect(text.split(/[\n,]/).length).toBeLessThanOrEqual(2)
        }
      }),
    )
  })

  test('may say that a process holds the names of the message, in each part', () => {
    const names = fc.record({ held: fc.constant(true), by: fc.stringMatching(/^[\w-]{1,64}$/) })
    fc.assert(
      fc.property(outcomes, names, fc.integer({ min: 0, max: 200 }), (known, held, maxBytes) => {
        const receipt = { ...receiptOf(known), names: held }
        for (const text of encodeReceipt(known.length, receipt, maxBytes)) {
          expect(decode(text, known.length)?.names).toEqual(held)
        }
      }),
    )
  })

  test('lists no positions if the process lacks the names, because nobody got the message', () => {
    const names = { held: false, by: 'process-1' }
    const [text = ''] = encodeReceipt(3, { handled: [], refused: [], names }, 1024)
    expect(decode(text, 3)).toEqual({ handled: [], refused: [], names })
    expect(decode(`${text}\nhandled 1`, 3)).toBeNull()
    expect(decode(`${text}\nrefused 0-2`, 3)).toBeNull()
    expect(decode(`${text}\nholds process-1`, 3)).toBeNull()
    expect(decode(`${text}\n${text.split('\n')[1]}`, 3)).toBeNull()
  })

  test.each(['', ' ', 'a b', 'a\r', 'ü', 'x'.repeat(65)])(
    'by a process named %j says nothing about names',
    (by) => {
      expect(decode(`prism-receipt/2 3\nholds ${by}\nhandled 0`, 3)).toEqual({
        handled: [0, 0],
        refused: [],
      })
    },
  )

  test('is one line if all recipients have handled the message', () => {
    const receipt = { handled: [0, 9_999], refused: [] }
    expect(encodeReceipt(10_000, receipt, 1024)).toEqual(['prism-receipt/2 10000\nhandled 0-9999'])
  })

  test('is valid without positions', () => {
    expect(encodeReceipt(3, { handled: [], refused: [] }, 1024)).toEqual(['prism-receipt/2 3'])
    expect(decode('prism-receipt/2 3', 3)).toEqual({ handled: [], refused: [] })
  })

  test('may have lines with unknown words', () => {
    const text = 'prism-receipt/2 3\nknows 17\nhandled 0\n\nrefused 2\nhandled 1'
    expect(decode(text, 3)).toEqual({ handled: [0, 0, 1, 1], refused: [2, 2] })
  })

  test.each([
    ['nothing', ''],
    ['a plain client', 'thanks'],
    ['an earlier version', '-a\n?b'],
    ['a later version', 'prism-receipt/3 3\nhandled 0'],
    ['another number of recipients', 'prism-receipt/2 4\nhandled 0'],
    ['no number of recipients', 'prism-receipt/2\nhandled 0'],
    ['a number with more to it', 'prism-receipt/2 3 \nhandled 0'],
    ['a position that the message does not have', 'prism-receipt/2 3\nhandled 0,3'],
    ['a range beyond the end', 'prism-receipt/2 3\nhandled 0-3'],
    ['a range backwards', 'prism-receipt/2 3\nhandled 2-1'],
    ['positions out of order', 'prism-receipt/2 3\nhandled 1,0'],
    ['a position twice in a line', 'prism-receipt/2 3\nhandled 1,1'],
    ['more positions than recipients', 'prism-receipt/2 3\nhandled 0-2\nhandled 0'],
    ['no position', 'prism-receipt/2 3\nhandled '],
    ['a word alone', 'prism-receipt/2 3\nhandled'],
    ['a negative position', 'prism-receipt/2 3\nhandled -1'],
    ['no digits', 'prism-receipt/2 3\nhandled a'],
    ['a fraction', 'prism-receipt/2 3\nhandled 0.5'],
    ['a position with a sign', 'prism-receipt/2 3\nhandled +1'],
    ['an enormous position', 'prism-receipt/2 3\nhandled 99999999999999999999'],
    ['three ends', 'prism-receipt/2 3\nhandled 0-1-2'],
    ['an acknowledgement of JetStream', '{"stream":"ORDERS","seq":1}'],
  ])('is invalid with %s', (_, text) => {
    expect(decode(text, 3)).toBeNull()
  })

  test('with any content yields only positions of the message, and never throws', () => {
    const word = fc.constantFrom('handled', 'refused', 'other', '')
    const ranges = fc.stringMatching(/^[0-9,-]{0,20}$/)
    const likely = fc
      .tuple(fc.nat({ max: 20 }), fc.array(fc.tuple(word, ranges)))
      .map(([recipients, lines]) =>
        [`prism-receipt/2 ${recipients}`, ...lines.map((line) => line.join(' '))].join('\n'),
      )
    const body = fc.oneof(
      fc.uint8Array(),
      likely.map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(body, fc.nat({ max: 20 }), (bytes, recipients) => {
        const receipt = decodeReceipt(bytes, recipients)
        const named =
          receipt === null ? [] : [receipt.handled, receipt.refused].flatMap(positionsIn)
        expect(named.filter((position) => !(position >= 0 && position < recipients))).toEqual([])
        expect(named.length).toBeLessThanOrEqual(recipients)
      }),
      { numRuns: 2_000 },
    )
  })
})
