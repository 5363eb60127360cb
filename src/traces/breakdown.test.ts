import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_PARTS } from '../load/tracing/traced-request.ts'
import { breakDown, RANK, type Claim } from './breakdown.ts'

const claim: fc.Arbitrary<Claim> = fc.record({
  part: fc.constantFrom(...'abcdefghijkl'.split('')),
  rank: fc.integer({ min: 1, max: 4 }),
  fromMs: fc.double({ min: -10, max: 110 }),
  toMs: fc.double({ min: -10, max: 110 }),
})

test('the parts of a request add up to its time, are at most eight, and start with the largest', () => {
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 30 }), fc.nat(100), (claims, toMs) => {
      const parts = breakDown(0, toMs, claims)
      expect(parts.length).toBeLessThanOrEqual(MAX_PARTS)
      expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(toMs, 6)
      expect(parts).toEqual(parts.toSorted((a, b) => b.ms - a.ms))
      expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length)
    }),
  )
})

test('a request waits for the generator, Redis and NATS, of whose time handlers have their own part', () => {
  const claims = [
    { part: 'generator', rank: RANK.generator, fromMs: 0, toMs: 2 },
    { part: 'redis', rank: RANK.client, fromMs: 3, toMs: 10 },
    { part: 'nats', rank: RANK.messaging, fromMs: 10, toMs: 20 },
    { part: 'handlers', rank: RANK.handlers, fromMs: 14, toMs: 18 },
  ]
  expect(breakDown(0, 21, claims)).toEqual([
    { name: 'redis', ms: 7 },
    { name: 'nats', ms: 6 },
    { name: 'handlers', ms: 4 },
    { name: 'generator', ms: 2 },
    { name: 'other', ms: 2 },
  ])
})
