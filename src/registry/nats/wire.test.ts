import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  receivedHeaders,
  decodeGatewayMessage,
  decodeMarks,
  encodeGatewayBody,
  type GatewayMessage,
  gatewayHeaders,
  headerBytes,
  identityHeaders,
} from './wire.ts'

/** Identities contain no control characters, spaces or wildcards. */
const identity = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .filter((text) => !/[\p{Cc}\p{Cs}\s*>]/u.test(text))
const id = fc.stringMatching(/^[!-~]{1,128}$/)
const marks = fc.record({ id, resendable: fc.boolean(), repeatable: fc.boolean() })
const anyMessage: fc.Arbitrary<GatewayMessage> = fc
  .tuple(
    marks,
    fc.uint8Array({ maxLength: 200 }),
    fc.array(identity, { minLength: 1, maxLength: 50 }),
  )
  .map(([each, payload, recipients]) => ({ ...each, payload, recipients, table: null }))

function encode(sent: GatewayMessage) {
  const { payload, recipients } = sent
  return {
    headers: gatewayHeaders(sent, payload.length, recipients.length),
    body: encodeGatewayBody(payload, recipients),
  }
}

describe('a gateway message', () => {
  test('carries any payload, recipients and marks', () => {
    fc.assert(
      fc.property(anyMessage, (sent) => {
        const { headers, body } = encode(sent)
        const decoded = decodeGatewayMessage(headers, body)
        if ('malformed' in decoded) throw new Error(decoded.malformed)
        expect({ ...decoded, payload: [...decoded.payload] }).toEqual({
          ...sent,
          payload: [...sent.payload],
        })
      }),
    )
  })

  test.each([
    ['Prism-Wire', ['', '1', '3', '2.0']],
    ['Prism-Message-Id', ['', 'a b', 'ü', 'x'.repeat(129)]],
    ['Prism-Payload-Bytes', ['', '-1', '+1', '1e1', '0x1', '1.5', '999999', '9'.repeat(400)]],
    ['Prism-Recipients', ['', '0', '-1', '1e1', '51', '9'.repeat(400)]],
  ])('is refused if its %s is missing or wrong', (name, wrongs) => {
    fc.assert(
      fc.property(anyMessage, (sent) => {
        for (const wrong of [undefined, ...wrongs]) {
          const { headers, body } = encode(sent)
          headers.delete(name)
          if (wrong !== undefined) headers.set(name, wrong)
          expect(decodeGatewayMessage(headers, body)).toHaveProperty('malformed')
        }
      }),
    )
  })

  test('is refused if truncated or extended', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), (sent, at) => {
        const { headers, body } = encode(sent)
        const cut = Buffer.from(body).subarray(0, at % (sent.payload.length + 1))
        expect(decodeGatewayMessage(headers, cut)).toHaveProperty('malformed')
        const longer = Buffer.concat([body, Buffer.from('\nmore')])
        expect(decodeGatewayMessage(headers, longer)).toHaveProperty('malformed')
      }),
    )
  })

  test('with any other content is refused or read without throwing', () => {
    const number = fc.oneof(fc.string(), fc.nat().map(String))
    fc.assert(
      fc.property(fc.uint8Array(), id, number, number, (body, messageId, payload, recipients) => {
        const headers = identityHeaders({ id: messageId, resendable: true, repeatable: false })
        headers.set('Prism-Wire', '2')
        headers.set('Prism-Payload-Bytes', payload.replace(/[\r\n]/g, ''))
        headers.set('Prism-Recipients', recipients.replace(/[\r\n]/g, ''))
        expect(typeof decodeGatewayMessage(headers, body)).toBe('object')
      }),
    )
  })

  test('has headers of exactly the computed size', () => {
    fc.assert(
      fc.property(marks, fc.nat(), fc.nat(), (each, payloadBytes, recipients) => {
        const headers = gatewayHeaders(each, payloadBytes, recipients)
        let text = 'NATS/1.0\r\n'
        for (const [name, values] of headers) text += `${name}: ${values.join()}\r\n`
        expect(headerBytes(headers)).toBe(Buffer.byteLength(`${text}\r\n`))
      }),
    )
  })
})

describe('the marks of a message to an identity', () => {
  test('may be missing: plain clients send none', () => {
    expect(decodeMarks(receivedHeaders({ headers: undefined }) ?? fail())).toEqual({
      id: null,
      resendable: false,
      repeatable: false,
    })
  })

  test('are refused if a resend could be confused with another message', () => {
    const headers = identityHeaders({ id: 'm', resendable: true, repeatable: false })
    headers.delete('Prism-Message-Id')
    expect(decodeMarks(headers)).toHaveProperty('malformed')
    headers.set('Prism-Message-Id', 'x'.repeat(129))
    expect(decodeMarks(headers)).toHaveProperty('malformed')
  })
})

test('undecodable headers differ from absent ones', () => {
  const message = {
    get headers(): never {
      throw new Error('not a header')
    },
  }
  expect(receivedHeaders(message)).toBeNull()
  expect(receivedHeaders({ headers: undefined })?.keys()).toEqual([])
})

function fail(): never {
  throw new Error('unreachable')
}
