import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeGatewayBody,
  decodeReceipt,
  encodeGatewayBody,
  encodeReceipt,
  gatewayHeaders,
  headerBytes,
  type ReceiptLine,
} from './wire.ts'

/** Identities hold anything but control characters, spaces and wildcards. */
const identity = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .filter((text) => !/[\p{Cc}\p{Cs}\s*>]/u.test(text))
const identities = fc.array(identity, { minLength: 1, maxLength: 50 })

describe('a gateway message', () => {
  test('carries any payload and any identities', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), identities, (payload, list) => {
        const decoded = decodeGatewayBody(encodeGatewayBody(payload, list), `${payload.length}`)
        expect(Buffer.from(decoded.payload).equals(payload)).toBe(true)
        expect(decoded.identities).toEqual(list)
      }),
    )
  })

  test('of any other content is refused with a typed error, or read without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.oneof(fc.string(), fc.nat().map(String)), (body, header) => {
        try {
          decodeGatewayBody(body, header)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
        }
      }),
    )
  })

  test('has headers of exactly the size that is counted', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), fc.nat(), (id, resendable, payloadBytes) => {
        const headers = gatewayHeaders(id, resendable, payloadBytes)
        let text = 'NATS/1.0\r\n'
        for (const [name, values] of headers) text += `${name}: ${values.join()}\r\n`
        expect(headerBytes(headers)).toBe(Buffer.byteLength(`${text}\r\n`))
      }),
    )
  })
})

describe('a receipt', () => {
  test('tells what was encoded', () => {
    const line: fc.Arbitrary<ReceiptLine> = fc.record({
      state: fc.constantFrom('handled', 'refused', 'running'),
      identity,
    })
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(decodeReceipt(Buffer.from(encodeReceipt(lines)))).toEqual(lines)
      }),
    )
  })

  test('that is empty says that all was handled', () => {
    expect(encodeReceipt([])).toBe('')
    expect(decodeReceipt(new Uint8Array())).toEqual([])
  })

  test('of any other content is read without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        expect(Array.isArray(decodeReceipt(body))).toBe(true)
      }),
    )
  })
})
