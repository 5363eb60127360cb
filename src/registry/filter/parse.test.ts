import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../limits.ts'
import { parseFilter } from './parse.ts'

function parse(filter: unknown, limits = {}) {
  return parseFilter(filter, { ...defaultLimits, ...limits })
}

function message(filter: unknown, limits = {}): string {
  try {
    parse(filter, limits)
  } catch (error) {
    expect(error).toMatchObject({ name: 'RegistryError', code: 'INVALID_FILTER' })
    return (error as Error).message
  }
  throw new Error('accepted')
}

function negated(levels: number): unknown {
  let filter: unknown = { a: 1 }
  for (let level = 1; level < levels; level++) filter = { $not: filter }
  return filter
}

function clauses(count: number): Record<string, number>[] {
  return Array.from({ length: count }, (_, n) => ({ [`f${n}`]: n }))
}

function thousandOf(value: unknown): unknown[] {
  return Array.from({ length: 1000 }, () => value)
}

describe('parseFilter', () => {
  it('reads a bare field as equality', () => {
    expect(parse({ status: 'online' })).toEqual({ kind: 'eq', path: ['status'], value: 'online' })
  })

  it('reads several entries as AND', () => {
    expect(parse({ a: 1, 'b.gt': 2 })).toEqual({
      kind: 'and',
      operands: [
        { kind: 'eq', path: ['a'], value: 1 },
        { kind: 'gt', path: ['b'], value: 2 },
      ],
    })
  })

  it('reads an empty filter as an empty AND', () => {
    expect(parse({})).toEqual({ kind: 'and', operands: [] })
  })

  it.each<[string, unknown, object]>([
    ['a.b.ne', null, { kind: 'ne', path: ['a', 'b'], value: null }],
    ['a.lte', 'x', { kind: 'lte', path: ['a'], value: 'x' }],
    ['a.startswith', '', { kind: 'startswith', path: ['a'], value: '' }],
    ['a.contains', { b: 1 }, { kind: 'contains', path: ['a'], value: { b: 1 } }],
    ['a.in', [], { kind: 'in', path: ['a'], values: [] }],
    ['a.exists', false, { kind: 'exists', path: ['a'], value: false }],
    ['a.city', 1, { kind: 'eq', path: ['a', 'city'], value: 1 }],
    ['ne', 1, { kind: 'eq', path: ['ne'], value: 1 }],
    ['a.lt.in', [1], { kind: 'in', path: ['a', 'lt'], values: [1] }],
    ['__proto__.constructor', 1, { kind: 'eq', path: ['__proto__', 'constructor'], value: 1 }],
  ])('reads %j', (key, value, node) => {
    expect(parse({ [key]: value })).toEqual(node)
  })

  it('nests $and, $or and $not', () => {
    expect(parse({ $or: [{ a: 1 }, { $not: { $and: [{ b: 2 }] } }] })).toEqual({
      kind: 'or',
      operands: [
        { kind: 'eq', path: ['a'], value: 1 },
        {
          kind: 'not',
          operand: { kind: 'and', operands: [{ kind: 'eq', path: ['b'], value: 2 }] },
        },
      ],
    })
  })

  it('copies its values', () => {
    const filter = { a: { b: [1] } }
    const ast = parse(filter)
    filter.a.b.push(2)
    expect(ast).toEqual({ kind: 'eq', path: ['a'], value: { b: [1] } })
  })

  const refused: [unknown, string][] = [
    [undefined, 'filter: expected a filter, a JSON object such as {"status": "online"}, got undef'],
    [null, 'filter: expected a filter, a JSON object such as {"status": "online"}, got null'],
    [
      [],
      'filter: expected a filter, a JSON object such as {"status": "online"}, got an empty array',
    ],
    ['{}', 'filter: expected a filter, a JSON object such as {"status": "online"}, got a string'],
    [new Map(), 'got an instance of Map'],
    [{ [Symbol('x')]: 1 }, 'filter: expected strings as keys, got a symbol'],
    [{ $or: {} }, 'filter.$or: expected an array of one or more filters, got an object'],
    [{ $and: [] }, 'filter.$and: expected an array of one or more filters, got an empty array'],
    [{ $or: [{ a: 1 }, 7] }, 'filter.$or[1]: expected a filter'],
    [{ $or: Array(2) }, 'filter.$or[0]: expected a filter'],
    [{ $not: [{ a: 1 }] }, 'filter.$not: expected a filter'],
    [{ $nor: [] }, 'filter.$nor: unknown operator, did you mean "$or"?'],
    [{ $AND: [] }, 'did you mean "$and"?'],
    [
      { 'a.startwith': 'x' },
      'filter["a.startwith"]: unknown operator ".startwith", did you mean ".startswith"?',
    ],
    [{ 'a.startsWith': 'x' }, 'did you mean ".startswith"?'],
    [{ 'a.GTE': 1 }, 'did you mean ".gte"?'],
    [{ 'a.$gt': 1 }, 'did you mean ".gt"?'],
    [{ 'a.$foo': 1 }, 'unknown operator ".$foo", did you mean'],
    [
      { 'a.eq': 1 },
      'unknown operator ".eq", use the bare field for equality. For a nested field of that name write "a.eq.in": [...]',
    ],
    [{ 'a.nin': [1] }, 'use "$not" around ".in".'],
    [
      { age: { $gte: 5 } },
      'filter.age: "$gte" is not an operator here; operators follow the field\'s name: did you mean ".gte"?',
    ],
    [{ '': 1 }, 'filter[""]: expected names joined by dots'],
    [{ '.ne': 1 }, 'filter[".ne"]: expected names joined by dots'],
    [{ 'a..b': 1 }, 'a name here is empty'],
    [{ 'a.': 1 }, 'a name here is empty'],
    [{ 'age.gte': true }, 'filter["age.gte"]: expected a number or a string, got a boolean'],
    [{ 'age.lt': null }, 'expected a number or a string, got null'],
    [{ 'age.lt': Number.NaN }, 'expected a number or a string, got NaN'],
    [{ 'a.endswith': 1 }, 'expected a string, got a number'],
    [{ 'a.exists': 1 }, 'expected true or false, got a number'],
    [{ 'a.in': 'x' }, 'expected an array of values, got a string'],
    [{ 'a.in': [1, undefined] }, 'filter["a.in"][1]: expected a JSON value; this is undefined'],
    [{ a: undefined }, 'filter.a: expected a JSON value; this is undefined'],
    [{ a: { b: [1n] } }, 'filter.a.b[0]: expected a JSON value; this is a bigint'],
    [
      { $or: [{ 'at.ne': new Date(0) }] },
      'filter.$or[0]["at.ne"]: expected a JSON value; this is a Date',
    ],
    [
      { ['a.'.repeat(1_000_000) + 'b']: 1 },
      'the path has 1000001 names; metadata has at most 32 levels',
    ],
  ]
  it.each(refused.map(([filter, reason]) => ({ filter, reason })))(
    'refuses, saying $reason',
    ({ filter, reason }) => {
      expect(message(filter)).toContain(reason)
    },
  )

  const foreign = {
    equality: ['eq', 'EQ', '$eq', 'equals', 'is', 'iexact'],
    inequality: ['neq', 'not', 'not_equal', 'notEquals'],
    order: ['gte2', 'lt_', 'GT', '$lte', 'ge', 'le', 'before', 'after', 'between', 'greater_than'],
    lists: ['nin', 'notIn', 'not_in', 'all', 'any', 'has', 'hasEvery', 'in1', '$elemMatch', 'size'],
    text: ['regex', 'regexp', 'match', 'matches', 'like', 'ilike', '$regex', 'prefix', 'suffix'],
    spelling: ['startsWith', 'starts_with', 'ends-with', 'contain', 'exist', 'icontains'],
    presence: ['null', 'isNull', 'is_null', 'empty', 'notNull'],
  }
  describe.each(Object.entries(foreign))('an operator of another language for %s', (_of, words) => {
    it.each(words)('is refused as ".%s", with a replacement', (word) => {
      expect(message({ [`a.${word}`]: 1 })).toMatch(
        /: unknown operator "\.[^"]+", (use|did you mean|there is no operator) .+ For a nested field of that name write "a\.[^"]+\.in": \[\.\.\.\]$/,
      )
    })

    it.each(words)('is a field name in places that take no operator: "%s"', (word) => {
      if (!word.startsWith('$')) {
        expect(parse({ [word]: 1 })).toEqual({ kind: 'eq', path: [word], value: 1 })
      }
      expect(parse({ [`a.${word}.in`]: [1] })).toEqual({
        kind: 'in',
        path: ['a', word],
        values: [1],
      })
      expect(parse({ [`a.${word}.b`]: 1 })).toMatchObject({ path: ['a', word, 'b'] })
      expect(parse({ [`a.${word}.gte`]: 1 })).toMatchObject({ kind: 'gte', path: ['a', word] })
    })
  })

  it.each(['lat', 'net', 'min', 'max', 'type', 'length', 'name', 'out', 'one', 'exit', 'content'])(
    'reads "a.%s" as a nested field',
    (name) => {
      expect(parse({ [`a.${name}`]: 1 })).toEqual({ kind: 'eq', path: ['a', name], value: 1 })
    },
  )

  it.each<[object, string]>([
    [{ age__gte: 5 }, 'filter.age__gte: operators follow a dot, did you mean ".gte"?'],
    [{ 'a.name__icontains': 'x' }, 'use ".contains"; comparisons are case-sensitive.'],
    [{ age: { gte: 5, lt: 9 } }, "filter.age: operators follow the field's name: did you mean"],
    [{ age: { _gte: 5 } }, 'did you mean ".gte"?'],
    [{ name: { startsWith: 'x' } }, 'did you mean ".startswith"?'],
    [{ name: { regex: '^x' } }, 'write "name.in": [...]'],
  ])('refuses the misplaced operators of %j', (filter, reason) => {
    expect(message(filter)).toContain(reason)
  })

  it('compares objects with operator-like members only inside lists', () => {
    expect(parse({ 'limits.in': [{ lt: 5 }] })).toMatchObject({ kind: 'in', path: ['limits'] })
    expect(parse({ 'age__gte.in': [5] })).toMatchObject({ kind: 'in', path: ['age__gte'] })
    for (const value of [{}, { lt: 5, unit: 'km' }, { size: 5 }, { __lt: { a: 1 }, b: 2 }]) {
      expect(parse({ limits: value })).toMatchObject({ kind: 'eq', value })
    }
  })

  it('keeps messages short for long names', () => {
    expect(message({ [`$${'x'.repeat(1_000_000)}`]: 1 }).length).toBeLessThan(300)
    expect(message({ [`a.$${'x'.repeat(1_000_000)}`]: 1 }).length).toBeLessThan(500)
    expect(message({ a: { [`$${'x'.repeat(1_000_000)}`]: 1 } }).length).toBeLessThan(300)
    expect(parse({ [`${'a__'.repeat(300_000)}!`]: 1 })).toMatchObject({ kind: 'eq' })
  })

  it('allows nesting up to the limit', () => {
    expect(() => parse(negated(5))).not.toThrow()
    expect(message(negated(6))).toMatch(/^filter(\.\$not){5}: nested more than 5 levels deep/)
    expect(() => parse(negated(6), { maxFilterDepth: 6 })).not.toThrow()
    expect(message(negated(100_000))).toContain('nested more than 5 levels')
  })

  it('allows clauses up to the limit, wherever they are', () => {
    expect(() => parse({ $or: clauses(20) })).not.toThrow()
    expect(message({ $or: clauses(21) })).toContain(
      'filter.$or[20].f20: exceeds the 20 clauses allowed',
    )
    expect(message({ ...Object.assign({}, ...clauses(20)), $not: { a: 1 } })).toContain(
      '20 clauses allowed',
    )
    expect(() => parse({ $or: clauses(21) }, { maxFilterClauses: 21 })).not.toThrow()
  })

  it('counts empty filters and compared objects as clauses, but not scalars in a list', () => {
    expect(message({ $or: thousandOf({}) })).toContain('filter.$or[20]: exceeds the 20 clauses')
    expect(message({ 'a.in': thousandOf({ b: 1 }) })).toContain(
      'filter["a.in"][19]: exceeds the 20 clauses',
    )
    expect(() => parse({ 'a.in': thousandOf('x') })).not.toThrow()
  })

  it('allows total list values up to the limit', () => {
    expect(message({ 'a.in': [...thousandOf('x'), 'y'] })).toMatch(
      /^filter\["a\.in"\]\[1000\]: exceeds the 1000 .* \(limit maxFilterValues\)$/,
    )
    const half = thousandOf('x').slice(500)
    expect(() => parse({ $or: [{ 'a.in': half }, { 'b.in': half }] })).not.toThrow()
    expect(message({ $or: [{ 'a.in': half }, { 'b.in': [...half, 'y'] }] })).toContain(
      'filter.$or[1]["b.in"][500]: exceeds the 1000 values',
    )
    expect(message({ 'a.in': Array(2 ** 32 - 1) })).toContain('exceeds the 1000 values')
    expect(() => parse({ 'a.in': Array(5_000).fill(1) }, { maxFilterValues: 5_000 })).not.toThrow()
  })

  it('refuses a filter that throws while being read', () => {
    const throwing = () => {
      throw new TypeError('no')
    }
    const hostile = new Proxy({}, { getPrototypeOf: throwing, ownKeys: throwing, get: throwing })
    const getter = Object.defineProperty({}, 'a', { enumerable: true, get: throwing })
    for (const filter of [hostile, getter, { a: hostile }, { 'a.in': [hostile] }]) {
      expect(message(filter)).toContain('filter: reading it threw an exception')
    }
  })

  it('refuses a value that metadata cannot hold', () => {
    let value: unknown = 1
    for (let level = 0; level < 100_000; level++) value = [value]
    expect(message({ a: value })).toContain('nested more than 32 levels deep')
    const cycle: Record<string, unknown> = {}
    cycle.a = cycle
    expect(message({ a: cycle })).toContain('filter.a.a: expected a JSON value; this is a cycle')
    expect(message(Object.assign(cycle, { $not: cycle }))).toMatch(/^filter/)
  })

  it('throws only INVALID_FILTER, whatever the JSON', () => {
    const key = fc.oneof(
      fc.constantFrom('$and', '$or', '$not', '__proto__', 'constructor', 'a.in', 'a.lt', '$x'),
      fc.string(),
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 8 },
        fc.jsonValue(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), tree), (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value))
        try {
          expect(parse(json)).toHaveProperty('kind')
        } catch (error) {
          expect(error).toMatchObject({ name: 'RegistryError', code: 'INVALID_FILTER' })
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })
})
