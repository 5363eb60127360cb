import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { errorCode, errorSample } from './error-code.ts'

function broken(field: 'code' | 'name' | 'message', read: () => unknown): Error {
  return Object.defineProperty(new Error('down'), field, { get: read })
}

function refuse(): never {
  throw new Error('not readable')
}

test('counts an error under its code, or else its name', () => {
  expect(errorCode(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
  expect(errorCode(Object.assign(new Error('down'), { code: 500 }))).toBe('Error')
  expect(errorCode(new TypeError('down'))).toBe('TypeError')
  expect(errorCode('down')).toBe('NOT_AN_ERROR')
  expect(errorSample(new TypeError('down'))).toBe('down')
  expect(errorSample('down')).toBe('down')
})

/** Refuses to say anything about itself, even whether it is an error. */
const CLOSED = new Proxy(new Error('down'), { get: refuse, getPrototypeOf: refuse })

test('anything thrown has a short code and a short sample', () => {
  const thrown = fc.oneof(
    fc.anything({ withNullPrototype: true }),
    fc.constantFrom(Symbol('down'), CLOSED, broken('code', refuse), broken('name', refuse)),
    fc.constantFrom(
      broken('message', refuse),
      broken('message', () => ({ reason: 'down' })),
    ),
    fc.constant(Object.assign(new Error('x'.repeat(100_000)), { code: 'y'.repeat(100_000) })),
  )
  fc.assert(
    fc.property(thrown, (error) => {
      expect(errorCode(error)).toMatch(/^[^]{1,100}$/)
      expect(errorSample(error)).toMatch(/^[^]{1,1000}$/)
    }),
  )
})

test.for([
  ['a rejection', () => Promise.reject(Object.create(null))],
  ['a rejection with a proxy', () => Promise.reject(CLOSED)],
  [
    'a thrown proxy',
    () => {
      throw CLOSED
    },
  ],
] as const)(
  'a request that fails with an unreadable value (%s) counts as failed, and its window misses its bounds',
  async ([, fail]) => {
    const { operations, windowedSlo } = await generateLoad({
      arrivals: constant(50),
      durationMs: 200,
      slo: { response: { p95: '10ms' }, every: '200ms' },
      operations: { break: fail },
    })
    expect(operations.get('break')).toMatchObject({
      counts: { failed: 10 },
      errors: [{ code: 'NOT_AN_ERROR', count: 10 }],
    })
    expect(windowedSlo).toMatchObject([{ outcome: 'missed' }])
  },
)
