import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterFrom, type Filter } from './filter.ts'

describe('the canonical text of a filter', () => {
  test.each<[Filter, Filter]>([
    [
      { a: 1, 'b.gt': 2 },
      { 'b.gt': 2, a: 1 },
    ],
    [{ $or: [{ a: 1 }, { b: 2 }] }, { $or: [{ b: 2 }, { a: 1 }] }],
    [{ 'a.in': [1, 'x', null] }, { 'a.in': [null, 'x', 1] }],
    [{ a: { b: 1, c: { d: 2, e: 3 } } }, { a: { c: { e: 3, d: 2 }, b: 1 } }],
    [{ a: 0 }, { a: -0 }],
    [{ $and: [{ a: 1 }] }, { $and: [{ a: 1 }] }],
  ])('is the same for %j and %j', (one, other) => {
    expect(filterFrom(one).canonical).toBe(filterFrom(other).canonical)
  })

  test.each<[Filter, Filter]>([
    [{}, { a: 1 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: 1 }, { 'a.ne': 1 }],
    [{ 'a.lt': 1 }, { 'a.lte': 1 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: [[1], 2] }, { a: [[1, 2]] }],
    [{ 'a.b': 1 }, { a: { b: 1 } }],
    [{ $or: [{ a: 1, b: 2 }] }, { $or: [{ a: 1 }, { b: 2 }] }],
    [{ $not: { a: 1 } }, { a: 1 }],
    [{ 'a.in': ['b,c'] }, { 'a.in': ['b', 'c'] }],
    [{ a: 'x"),eq(["b"]:1' }, { a: 'x', b: 1 }],
  ])('differs for %j and %j', (one, other) => {
    expect(filterFrom(one).canonical).not.toBe(filterFrom(other).canonical)
  })

  test('differs for filters that match differently', () => {
    const value = fc.constantFrom(null, 0, 1, 'a', 'b,', '")')
    const filters = fc.dictionary(fc.constantFrom('a', 'b', 'a.ne', 'b.in'), value, { maxKeys: 3 })
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const [left, right] = [one, other].map((filter) => {
          const { 'b.in': listed, ...rest } = filter
          return filterFrom(listed === undefined ? rest : { ...rest, 'b.in': [listed] })
        })
        if (left?.canonical !== right?.canonical) return
        for (const a of [undefined, null, 0, 1, 'a', 'b,', '")']) {
          for (const b of [undefined, null, 0, 1, 'a', 'b,', '")']) {
            const metadata = JSON.parse(JSON.stringify({ a, b })) as Record<string, string>
            expect(left?.matches(metadata)).toBe(right?.matches(metadata))
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
