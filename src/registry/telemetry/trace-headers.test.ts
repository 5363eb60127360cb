import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTrace, traceBytes, writeTrace } from './trace-headers.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test('a trace that is written to headers is read from them, in the bytes that were counted', () => {
  const headers = new Map<string, string>()
  const from = { traceId: TRACE, spanId: SPAN, traceFlags: 1 }
  writeTrace(headers, from)
  const text = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  expect(traceBytes(from)).toBe(text.length)
  expect(readTrace(readable(headers))).toEqual({ ...from, isRemote: true })
})

test('malformed headers carry no trace, and none makes reading throw', () => {
  for (const wrong of [
    '',
    `01-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ]) {
    expect(readTrace(readable(new Map([['traceparent', wrong]])))).toBeNull()
  }
  // Unlike the library's own units, it needs no tables of Unicode, which take seconds to make.
  const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code))
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      expect(readTrace(readable(new Map([['traceparent', text]])))).toBeNull()
      const traced = new Map([
        ['traceparent', `00-${TRACE}-${SPAN}-00`],
        ['tracestate', text],
      ])
      expect(readTrace(readable(traced))).toMatchObject({ traceId: TRACE, spanId: SPAN })
    }),
  )
})

function readable(headers: ReadonlyMap<string, string>) {
  return { get: (name: string) => headers.get(name) ?? '' }
}
