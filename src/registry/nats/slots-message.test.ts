import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { countOf, rangesOf } from '../targets/ranges.ts'
import {
  decodeSlotsMessage,
  encodeSlotsBody,
  rangesThatFit,
  slotsHeaders,
} from './slots-message.ts'
import {
  decodeGatewayMessage,
  headerBytes,
  identityHeaders,
  isToSlots,
  type MessageMarks,
  type SlotsOfTable,
} from './wire.ts'

const slot = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: TABLE_SLOTS - 1 }))
const slots = fc
  .array(fc.tuple(slot, fc.constantFrom(1, 1, 2, 3, 127, 128, 129, 5_000)), {
    minLength: 1,
    maxLength: 20,
  })
  .map((runs) => {
    const all = new Set<number>()
    for (const [first, count] of runs) {
      for (let at = first; at < first + count && at < TABLE_SLOTS; at += 1) all.add(at)
    }
    return rangesOf(all)
  })

interface Sent {
  readonly marks: MessageMarks
  readonly payload: Uint8Array
  readonly table: SlotsOfTable
}

const anySent: fc.Arbitrary<Sent> = fc.record({
  marks: fc.record({
    id: fc.stringMatching(/^[!-~]{1,128}$/),
    resendable: fc.boolean(),
    repeatable: fc.boolean(),
  }),
  payload: fc.uint8Array({ maxLength: 100 }),
  table: fc.record({ id: fc.stringMatching(/^[\w-]{1,64}$/), slots }),
})

function encode({ marks, payload, table }: Sent) {
  return {
    headers: slotsHeaders(marks, payload.length, table),
    body: encodeSlotsBody(payload, table.slots),
  }
}

/** A message whose body ends with these bytes, with this claimed number of recipients. */
function decode(rest: readonly number[], recipients: number) {
  const marks = { id: 'm', resendable: false, repeatable: false }
  const last = Math.max(0, recipients - 1)
  const headers = slotsHeaders(marks, 1, { id: 't', slots: [0, last] })
  headers.set('Prism-Recipients', `${recipients}`)
  return decodeSlotsMessage(headers, Uint8Array.from([7, ...rest]))
}

describe('a message by slot', () => {
  test('carries any payload, slots and marks', () => {
    fc.assert(
      fc.property(anySent, (sent) => {
        const { headers, body } = encode(sent)
        expect(isToSlots(headers)).toBe(true)
        const decoded = decodeSlotsMessage(headers, body)
        if ('malformed' in decoded) throw new Error(decoded.malformed)
        const { marks, payload, table } = sent
        expect({ ...decoded, payload: [...decoded.payload] }).toEqual({
          ...marks,
          payload: [...payload],
          table,
          recipientCount: countOf(table.slots),
        })
      }),
    )
  })

  test('is not a message by name, nor vice versa', () => {
    fc.assert(
      fc.property(anySent, (sent) => {
        const { headers, body } = encode(sent)
        expect(decodeGatewayMessage(headers, body)).toHaveProperty('malformed')
        headers.set('Prism-Wire', '2')
        expect(decodeSlotsMessage(headers, body)).toHaveProperty('malformed')
      }),
    )
  })

  test('uses no more room than planned for its ranges', () => {
    fc.assert(
      fc.property(anySent, (sent) => {
        const { headers, body } = encode(sent)
        const { marks, payload, table } = sent
        const plain = identityHeaders(marks)
        plain.set('Prism-Wire', '3')
        plain.set('Prism-Payload-Bytes', `${payload.length}`)
        plain.set('Prism-Recipients', `${countOf(table.slots)}`)
        const room = headerBytes(headers) - headerBytes(plain) + body.length - payload.length
        expect(rangesThatFit(table.id, room + 3 * table.slots.length)).toBeGreaterThanOrEqual(
          table.slots.length / 2,
        )
        const most = rangesThatFit(table.id, room - 1)
        expect(most === 0 || most * 4 < room).toBe(true)
      }),
    )
  })

  test.each([
    ['Prism-Wire', ['', '1', '2', '3.0', '03']],
    ['Prism-Message-Id', ['', 'a b', 'ü', 'x'.repeat(129)]],
    ['Prism-Payload-Bytes', ['', '-1', '+1', '1e1', '1.5', '999999', '9'.repeat(400)]],
    ['Prism-Recipients', ['', '0', '-1', '1e1', '99999', '9'.repeat(400)]],
    ['Prism-Table', ['', ' ', 'a b', 't 0-5', 'ü', 'x'.repeat(65), '../x', '__proto__.x']],
  ])('is refused if its %s is missing or wrong', (name, wrongs) => {
    fc.assert(
      fc.property(anySent, (sent) => {
        for (const wrong of [undefined, ...wrongs]) {
          const { headers, body } = encode(sent)
          headers.delete(name)
          if (wrong !== undefined) headers.set(name, wrong)
          expect(decodeSlotsMessage(headers, body)).toHaveProperty('malformed')
        }
      }),
      { numRuns: 30 },
    )
  })

  test('is refused if truncated or extended', () => {
    fc.assert(
      fc.property(anySent, fc.nat(), (sent, at) => {
        const { headers, body } = encode(sent)
        const cut = body.subarray(0, at % body.length)
        expect(decodeSlotsMessage(headers, cut)).toHaveProperty('malformed')
        const longer = Buffer.concat([body, Uint8Array.of(0, 0)])
        expect(decodeSlotsMessage(headers, longer)).toHaveProperty('malformed')
      }),
    )
  })

  test.each([
    ['no slots', [], 0],
    ['half a pair', [0], 1],
    ['a number that does not end', [0, 0x80], 1],
    ['a slot beyond every table', [0x80, 0x80, 1, 0], 1],
    ['a range that ends beyond every table', [0xff, 0x7f, 1], 2],
    ['a number of more than 21 bits', [0x80, 0x80, 0x80, 0, 0], 1],
    ['a number that would be negative in 32 bits', [0xff, 0xff, 0xff, 0xff, 0x0f, 0], 1],
    ['another number of slots', [0, 3], 3],
  ])('with %s is refused', (_, rest, recipients) => {
    expect(decode(rest, recipients)).toHaveProperty('malformed')
  })

  test('may have the last slot of a table', () => {
    expect(decode([0xff, 0x7f, 0], 1)).toMatchObject({
      table: { slots: [TABLE_SLOTS - 1, TABLE_SLOTS - 1] },
    })
  })

  test('with any other content is refused or has ascending slots within a table, and never throws', () => {
    const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 255 }))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 40 }), fc.nat({ max: 60 }), (rest, recipients) => {
        const decoded = decode(rest, recipients)
        if ('malformed' in decoded) return
        let before = -1
        for (const [at, bound] of decoded.table.slots.entries()) {
          expect(bound).toBeGreaterThanOrEqual(at % 2 === 0 ? before + 1 : before)
          before = bound
        }
        expect(before).toBeLessThan(TABLE_SLOTS)
        expect(countOf(decoded.table.slots)).toBe(recipients)
      }),
      { numRuns: 3_000 },
    )
  })
})
