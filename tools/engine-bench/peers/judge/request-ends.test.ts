import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestEnds } from './request-ends.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1:21400\r\nUser-Agent: x\r\n\r\n'

test('counts each request once, however the stream is split', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.array(fc.integer({ min: 1, max: 80 })), (requests, sizes) => {
      const ends = new RequestEnds()
      let left = Buffer.from(REQUEST.repeat(requests))
      let counted = 0
      for (const size of [...sizes, left.length]) {
        counted += ends.count(left.subarray(0, size))
        left = left.subarray(size)
      }
      expect(counted).toBe(requests)
    }),
  )
})

test('a request arrives with its last byte', () => {
  const ends = new RequestEnds()
  expect(ends.count(Buffer.from(REQUEST.slice(0, -1)))).toBe(0)
  expect(ends.count(Buffer.from('\n'))).toBe(1)
})

test('line ends in any other order do not end a request', () => {
  expect(new RequestEnds().count(Buffer.from('\r\r\n\n\r\n\r\r\n\n\n'))).toBe(0)
  expect(new RequestEnds().count(Buffer.from('\r\r\n\r\n'))).toBe(1)
})
