import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { defaultLimits } from '../limits.ts'
import type { JsonValue, Metadata } from '../registration.ts'
import { fieldOperators } from './operators.ts'
import { filterFrom, type Filter } from './filter.ts'

function matches(filter: Filter, metadata: Metadata): boolean {
  return filterFrom(filter).matches(metadata)
}

const member: Metadata = {
  status: 'online',
  age: 30,
  note: null,
  tags: ['red', 'green', { id: 1 }],
  location: { city: 'Oslo', geo: { lat: 59.9 } },
}

describe('filterFrom', () => {
  it.each<[Filter, boolean]>([
    [{}, true],
    [{ status: 'online' }, true],
    [{ status: 'offline' }, false],
    [{ status: 'online', age: 30 }, true],
    [{ status: 'online', age: 31 }, false],
    [{ note: null }, true],
    [{ 'location.city': 'Oslo' }, true],
    [{ 'location.geo.lat.gt': 59 }, true],
    [{ 'location.geo.lat.x': 59 }, false],
    [{ location: { geo: { lat: 59.9 }, city: 'Oslo' } }, true],
    [{ location: { city: 'Oslo' } }, false],
    [{ tags: ['red', 'green', { id: 1 }] }, true],
    [{ tags: ['green', 'red', { id: 1 }] }, false],
    [{ 'status.ne': 'offline' }, true],
    [{ 'status.ne': 'online' }, false],
    [{ 'note.ne': 1 }, true],
    [{ 'age.lt': 30 }, false],
    [{ 'age.lte': 30 }, true],
    [{ 'age.gt': 29 }, true],
    [{ 'age.gte': 30.5 }, false],
    [{ 'status.gt': 'o' }, true],
    [{ 'status.startswith': 'on' }, true],
    [{ 'status.endswith': 'line' }, true],
    [{ 'status.startswith': 'line' }, false],
    [{ 'status.contains': 'nli' }, true],
    [{ 'tags.contains': 'red' }, true],
    [{ 'tags.contains': 're' }, false],
    [{ 'tags.contains': { id: 1 } }, true],
    [{ 'status.in': ['away', 'online'] }, true],
    [{ 'status.in': [] }, false],
    [{ 'tags.in': [['red', 'green', { id: 1 }]] }, true],
    [{ 'note.in': [null] }, true],
    [{ 'note.exists': true }, true],
    [{ 'note.exists': false }, false],
    [{ $and: [{ status: 'online' }, { age: 30 }] }, true],
    [{ $or: [{ status: 'offline' }, { age: 30 }] }, true],
    [{ $or: [{ status: 'offline' }, { age: 31 }] }, false],
    [{ $not: { status: 'offline' } }, true],
    [{ status: 'online', $not: { age: 30 } }, false],
  ])('evaluates %j', (filter, expected) => {
    expect(matches(filter, member)).toBe(expected)
  })

  it('lets a missing field satisfy only .exists: false and $not', () => {
    const operands: Record<string, JsonValue> = { in: [null, 'x'], exists: true }
    for (const path of ['missing', 'status.city', 'location.missing', 'missing.deeper']) {
      for (const operator of fieldOperators) {
        const filter = { [`${path}.${operator}`]: operands[operator] ?? 'x' } as Filter
        expect(matches(filter, member), operator).toBe(false)
        expect(matches({ $not: filter }, member), operator).toBe(true)
      }
      expect(matches({ [path]: null }, member)).toBe(false)
      expect(matches({ [`${path}.exists`]: false }, member)).toBe(true)
    }
  })

  it('compares numbers as numbers, and never with strings', () => {
    const one = JSON.parse('{"n":1.0,"zero":0}') as Metadata
    expect(matches({ n: 1 }, one)).toBe(true)
    expect(matches({ zero: -0 }, one)).toBe(true)
    expect(matches({ 'zero.in': [-0] }, one)).toBe(true)
    expect(matches({ n: '1' }, one)).toBe(false)
    expect(matches({ n: true }, one)).toBe(false)
    expect(matches({ 'n.lt': '2' }, one)).toBe(false)
    expect(matches({ 'n.gt': 9 }, { n: 10 })).toBe(true)
    expect(matches({ 'n.gt': 9 }, { n: null })).toBe(false)
  })

  it('does not descend into arrays or read the length of arrays and strings', () => {
    expect(matches({ 'tags.0': 'red' }, member)).toBe(false)
    expect(matches({ 'tags.length.exists': true }, member)).toBe(false)
    expect(matches({ 'status.length.exists': true }, member)).toBe(false)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__.constructor'])(
    'reads %s only as an own member',
    (path) => {
      expect(matches({ [`${path}.exists`]: true }, { a: 1 })).toBe(false)
      expect(matches({ [`a.${path}.exists`]: true }, { a: { b: 1 } })).toBe(false)
      const json = `{"__proto__":{"constructor":1},"constructor":1,"toString":1,"hasOwnProperty":1}`
      const own = JSON.parse(json) as Metadata
      expect(matches({ [`${path}.exists`]: true }, own)).toBe(true)
      expect(matches({ [path]: path === '__proto__' ? { constructor: 1 } : 1 }, own)).toBe(true)
    },
  )

  it('is not affected by a polluted prototype', () => {
    const filter = filterFrom({ $or: [{ polluted: 1 }, { 'polluted.exists': true }] })
    const whole = filterFrom({ a: { b: 1 } })
    const results: boolean[] = []
    Reflect.set(Object.prototype, 'polluted', 1)
    try {
      results.push(filter.matches({ a: 1 }), whole.matches({ a: { b: 1 } }))
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
    expect(results).toEqual([false, true])
  })

  it('is not affected by later changes to its source', () => {
    const given = { 'a.in': ['x'], b: { c: 1 } }
    const compiled = filterFrom(given)
    given['a.in'].push('y')
    given.b.c = 2
    expect(compiled.matches({ a: 'y', b: { c: 1 } })).toBe(false)
    expect(compiled.matches({ a: 'x', b: { c: 1 } })).toBe(true)
  })

  it('evaluates the maximum number of clauses', () => {
    const limits = { ...defaultLimits, maxFilterClauses: 10_000 }
    const anyOf = Array.from({ length: 10_000 }, (_, n) => ({ n }))
    expect(filterFrom({ $or: anyOf }, limits).matches({ n: 9_999 })).toBe(true)
    expect(filterFrom({ $or: anyOf }, limits).matches({ n: 10_000 })).toBe(false)
  })

  it('has a type that accepts valid filters', () => {
    expectTypeOf<{ status: string; 'age.gte': number; 'tags.in': string[] }>().toExtend<Filter>()
    expectTypeOf<{ $or: { a: number }[]; $not: { b: boolean } }>().toExtend<Filter>()
    expectTypeOf<Record<string, string>>().toExtend<Filter>()
    expectTypeOf<{ $or: { a: number } }>().not.toExtend<Filter>()
    expectTypeOf<{ at: Date }>().not.toExtend<Filter>()
  })
})

describe('equalities', () => {
  it.each<[Filter, object[], boolean]>([
    [{}, [], true],
    [{ a: 1 }, [{ path: ['a'], value: 1 }], true],
    [
      { 'a.b': null, c: -0 },
      [
        { path: ['a', 'b'], value: null },
        { path: ['c'], value: 0 },
      ],
      true,
    ],
    [{ a: 1, 'b.gt': 2 }, [{ path: ['a'], value: 1 }], false],
    [{ a: 1, b: { c: 1 } }, [{ path: ['a'], value: 1 }], false],
    [
      { $and: [{ a: 1 }, { $and: [{ b: 2 }] }, {}] },
      [
        { path: ['a'], value: 1 },
        { path: ['b'], value: 2 },
      ],
      true,
    ],
    [{ $or: [{ a: 1 }] }, [], false],
    [{ $not: { a: 1 } }, [], false],
    [{ a: 1, $or: [{ b: 1 }, { b: 2 }] }, [{ path: ['a'], value: 1 }], false],
    [{ 'a.in': [1] }, [], false],
  ])('of %j', (filter, equalities, isEqualitiesOnly) => {
    expect(filterFrom(filter)).toMatchObject({ equalities, isEqualitiesOnly })
  })
})

describe('against a naive evaluator', () => {
  const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'lt', '0')
  const scalar = fc.constantFrom<JsonValue>(
    null,
    true,
    false,
    0,
    -0,
    1,
    1.5,
    -2,
    '',
    'a',
    'ab',
    'b',
  )
  const { value, object } = fc.letrec<{ value: JsonValue; object: Metadata }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'value' },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    // Through JSON, so that __proto__ is a member like any other.
    object: fc
      .array(fc.tuple(name, tie('value')), { maxLength: 4 })
      .map((members) => JSON.parse(jsonObject(members)) as Metadata),
  }))
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'))
  const ordered = fc.constantFrom<JsonValue>(0, 1, -1, 1.5, '', 'a', 'ab', 'b')
  const text = fc.constantFrom<JsonValue>('', 'a', 'b', 'ab')
  const entry = fc.oneof(
    fc.tuple(path.map(asEquality), value.map(asOperand)),
    fc.tuple(suffixed('ne', 'contains'), value),
    fc.tuple(suffixed('lt', 'lte', 'gt', 'gte'), ordered),
    fc.tuple(suffixed('startswith', 'endswith'), text),
    fc.tuple(suffixed('in'), fc.array(value, { maxLength: 3 })),
    fc.tuple(suffixed('exists'), fc.boolean()),
  )
  const { filter } = fc.letrec<{ filter: Metadata; operand: [string, JsonValue] }>((tie) => ({
    operand: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'filter' },
      entry,
      fc.tuple(
        fc.constantFrom('$and', '$or'),
        fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
      ),
      fc.tuple(fc.constant('$not'), tie('filter')),
    ),
    filter: fc
      .array(tie('operand'), { maxLength: 3 })
      .map((entries) => JSON.parse(jsonObject(entries)) as Metadata),
  }))

  function suffixed(...operators: string[]) {
    return fc.tuple(path, fc.constantFrom(...operators)).map((parts) => parts.join('.'))
  }

  const limits = { ...defaultLimits, maxFilterDepth: 100, maxFilterClauses: 10_000 }

  it('gives the same answer for every filter and metadata', () => {
    let matched = 0
    let compared = 0
    fc.assert(
      fc.property(filter, fc.array(object, { minLength: 5, maxLength: 5 }), (json, candidates) => {
        const compiled = filterFrom(json, limits)
        for (const metadata of candidates) {
          const expected = satisfies(json, metadata)
          expect(compiled.matches(metadata)).toBe(expected)
          compared++
          if (expected) matched++
        }
      }),
      { numRuns: 4000 },
    )
    // The generators must exercise both answers for the agreement to mean anything.
    expect(matched / compared).toBeGreaterThan(0.1)
    expect(matched / compared).toBeLessThan(0.9)
  })

  it('reports equalities that every match satisfies, and that are sufficient if they are the whole filter', () => {
    fc.assert(
      fc.property(filter, fc.array(object, { minLength: 5, maxLength: 5 }), (json, candidates) => {
        const { matches: isMatch, equalities, isEqualitiesOnly } = filterFrom(json, limits)
        for (const metadata of candidates) {
          const areEqual = equalities.every(
            (clause) => read(metadata, clause.path) === clause.value,
          )
          if (isMatch(metadata)) expect(areEqual).toBe(true)
          if (isEqualitiesOnly) expect(isMatch(metadata)).toBe(areEqual)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

/** A path that ends in an operator's name can't be an equality; one more name makes it one. */
function asEquality(path: string): string {
  return path.endsWith('.lt') ? `${path}.a` : path
}

/** An object with only an operator's name in it can't be compared either. */
function asOperand(value: JsonValue): JsonValue {
  return Object.keys(value ?? {}).join() === 'lt' ? 1 : value
}

function jsonObject(members: readonly (readonly [string, JsonValue])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`
}

/** The filter language implemented naively, directly on the JSON. */
function satisfies(filter: Metadata, metadata: Metadata): boolean {
  return Object.entries(filter).every(([key, operand]) => {
    if (key === '$and') return (operand as Metadata[]).every((part) => satisfies(part, metadata))
    if (key === '$or') return (operand as Metadata[]).some((part) => satisfies(part, metadata))
    if (key === '$not') return !satisfies(operand as Metadata, metadata)
    const names = key.split('.')
    const last = names.at(-1) ?? ''
    const hasOperator = names.length > 1 && (fieldOperators as readonly string[]).includes(last)
    const field = read(metadata, hasOperator ? names.slice(0, -1) : names)
    if (hasOperator && last === 'exists') return (field !== undefined) === operand
    if (field === undefined) return false
    return hasOperator ? holds(last, field, operand) : same(field, operand)
  })
}

function holds(operator: string, field: JsonValue, operand: JsonValue): boolean {
  const isComparable = typeof field === typeof operand && /number|string/.test(typeof field)
  const [left, right] = [field as number, operand as number]
  switch (operator) {
    case 'ne':
      return !same(field, operand)
    case 'lt':
      return isComparable && left < right
    case 'lte':
      return isComparable && left <= right
    case 'gt':
      return isComparable && left > right
    case 'gte':
      return isComparable && left >= right
    case 'startswith':
      return typeof field === 'string' && field.indexOf(operand as string) === 0
    case 'endswith':
      return (
        typeof field === 'string' &&
        field.slice(-(operand as string).length || field.length) === operand
      )
    case 'contains':
      if (Array.isArray(field)) return field.some((element) => same(element as JsonValue, operand))
      return typeof field === 'string' && typeof operand === 'string' && field.includes(operand)
    case 'in':
      return (operand as JsonValue[]).some((element) => same(field, element))
    default:
      throw new Error(`not in the language: ${operator}`)
  }
}

function same(a: JsonValue, b: JsonValue): boolean {
  return canonical(a) === canonical(b)
}

/** JSON with the members of objects in order, so that equal values have equal text. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value))
    return `[${value.map((element) => canonical(element as JsonValue)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`,
  )
  return `{${members.sort().join()}}`
}

function read(metadata: Metadata, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = metadata
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = new Map(Object.entries(value as Metadata)).get(name)
  }
  return value
}
