import { describe, expect, test } from 'vitest'
import { filterFrom, parsedFilter, type Filter } from './filter.ts'
import { defaultLimits } from '../limits.ts'
import { parseFilter } from './parse.ts'
import { ParsedFilter } from './parsed-filter.ts'
import { fieldsOf } from './fields.ts'

const filters: readonly Filter[] = [
  {},
  { a: 1 },
  { lt: 5 },
  { 'a.b': null, 'c.ne': [1, { d: 2 }] },
  { 'limits.lt.in': [5], 'x.exists': false },
  { $or: [{ a: 1, 'b.gte': 'x' }, { $not: { 'c.contains': 'y' } }] },
  { $and: [{}, { 'n.startswith': 'p', 'n.endswith': 's' }] },
  JSON.parse('{"__proto__": 1}') as Filter,
]

describe('a parsed filter', () => {
  test.each(filters)('passes the parser once, and matches the same: %j', (filter) => {
    const parsed = parsedFilter(parseFilter(filter, defaultLimits), 'alice')
    for (const metadata of [{}, { a: 1 }, { lt: 5 }, { n: 'ps' }, { limits: { lt: 5 } }]) {
      expect(filterFrom(parsed).matches(metadata)).toBe(filterFrom(filter).matches(metadata))
    }
  })

  test('has another canonical text for another audience', () => {
    const node = parseFilter({ a: 1 }, defaultLimits)
    const texts = ['alice', 'bob', 'alice'].map(
      (audience) => filterFrom(parsedFilter(node, audience)).canonical,
    )
    expect(texts[0]).toBe(texts[2])
    expect(texts[0]).not.toBe(texts[1])
  })

  test('is refused by whatever parses filters, and is not forged by its prototype', () => {
    const parsed: unknown = parsedFilter(parseFilter({}, defaultLimits), 'alice')
    expect(() => parseFilter(parsed, defaultLimits)).toThrow('expected a filter')
    const forged: unknown = Object.create(Object.getPrototypeOf(parsed) as object)
    expect(ParsedFilter.compile(forged)).toBeNull()
    expect(() => filterFrom(forged)).toThrow('expected a filter')
  })

  test('tells each field that it reads', () => {
    const filter = { a: 1, $or: [{ 'b.c.in': [1] }, { $not: { 'd.exists': true, 'a.lt': 4 } }] }
    expect(fieldsOf(parseFilter(filter, defaultLimits))).toEqual(['a', 'b.c', 'd'])
  })
})
