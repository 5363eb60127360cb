import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CheckedMetadata, parseMetadata, validateMetadata } from './metadata.ts'
import { defaultLimits } from './limits.ts'

const limits = { maxMetadataBytes: 16_384, maxMetadataDepth: 32 }

function nested(levels: number): unknown {
  let value = {}
  for (let level = 1; level < levels; level++) value = { a: value }
  return value
}

function message(value: unknown, bounds = limits): string {
  try {
    validateMetadata(value, bounds)
  } catch (error) {
    expect(error).toMatchObject({ name: 'RegistryError', code: 'INVALID_METADATA' })
    return (error as Error).message
  }
  throw new Error('accepted')
}

describe('validateMetadata', () => {
  it('serialises JSON values unchanged', () => {
    const metadata = { status: 'online', loadtest: true, tags: ['a', null, 1.5], nested: { x: {} } }
    expect(JSON.parse(validateMetadata(metadata, limits).json)).toEqual(metadata)
    expect(validateMetadata(metadata, limits).metadata).toBe(metadata)
  })

  it('accepts objects without a prototype', () => {
    const metadata: unknown = Object.assign(Object.create(null), { a: 1 })
    expect(validateMetadata(metadata).json).toBe('{"a":1}')
  })

  it('accepts the same value in two places', () => {
    const shared = { x: 1 }
    expect(validateMetadata({ a: shared, b: shared }).json).toBe('{"a":{"x":1},"b":{"x":1}}')
  })

  it('round-trips every JSON object within the limits', () => {
    const wide = { maxMetadataBytes: 1_000_000, maxMetadataDepth: 100 }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown
        expect(parseMetadata(validateMetadata(plain, wide).json)).toEqual(plain)
      }),
    )
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected a JSON object, got undefined'],
    ['null', null, 'expected a JSON object, got null'],
    ['an array', [1], 'expected a JSON object, got an array'],
    ['a string', '{}', 'expected a JSON object, got a string'],
    ['a Map', new Map(), 'expected a JSON object, got an instance of Map'],
    ['undefined', { a: undefined }, 'metadata.a is undefined'],
    ['a function', { a: { b: () => 1 } }, 'metadata.a.b is a function'],
    ['a bigint', { a: [0, 1n] }, 'metadata.a[1] is a bigint'],
    ['NaN', { a: Number.NaN }, 'metadata.a is NaN'],
    ['Infinity', { a: -Infinity }, 'metadata.a is -Infinity'],
    ['a symbol', { 'a b': Symbol('x') }, 'metadata["a b"] is a symbol'],
    ['a symbol key', { a: { [Symbol('x')]: 1 } }, 'metadata.a is keyed by Symbol(x)'],
    ['a Date', { at: new Date(0) }, 'metadata.at is a Date'],
    ['a class instance', { u: new URL('http://a') }, 'metadata.u is an instance of URL'],
    ['a boxed string', { s: Object('x') as unknown }, 'metadata.s is an instance of String'],
    ['a toJSON of its own', { a: { toJSON: () => 1 } }, 'metadata.a.toJSON is a function'],
    ['a hole', { a: Array(2) }, 'metadata.a[0] is undefined'],
    ['a named array', { a: /b/.exec('b') }, 'metadata.a is an array with named properties'],
    ['a subclassed array', { a: new (class X extends Array {})() }, 'metadata.a is an instance of'],
  ])('refuses %s', (_name, value, reason) => {
    expect(message(value)).toContain(reason)
  })

  it('names the place where a cycle closes', () => {
    const metadata: Record<string, unknown> = { a: { list: [1] } }
    ;(metadata.a as { list: unknown[] }).list.push(metadata.a)
    expect(message(metadata)).toContain('metadata.a.list[1] is a cycle')
  })

  it('allows nesting up to the limit', () => {
    expect(() => validateMetadata(nested(32), limits)).not.toThrow()
    expect(message(nested(33))).toMatch(/^metadata(\.a){32} is nested more than 32 levels deep$/)
    expect(message(nested(100_000))).toContain('nested more than 32 levels')
  })

  it('counts the limit in bytes of UTF-8 JSON', () => {
    const bounds = { ...limits, maxMetadataBytes: 20 }
    expect(validateMetadata({ a: 'x'.repeat(12) }, bounds).json).toHaveLength(20)
    expect(message({ a: 'x'.repeat(13) }, bounds)).toContain('21 bytes as JSON; at most 20')
    expect(validateMetadata({ a: 'é'.repeat(6) }, bounds).json).toHaveLength(14)
    expect(message({ a: 'é'.repeat(7) }, bounds)).toContain('22 bytes as JSON; at most 20')
  })

  it('stops early on values whose JSON would be infinite', () => {
    let shared: object = {}
    for (let level = 0; level < 30; level++) shared = { a: shared, b: shared }
    expect(message(shared)).toContain('beyond the maximum of 16384 values')
  })

  it('reports a getter that throws, with its error as the cause', () => {
    const boom = new Error('boom')
    const metadata = {
      get a() {
        throw boom
      },
    }
    expect(() => validateMetadata(metadata)).toThrow(
      expect.objectContaining({ code: 'INVALID_METADATA', cause: boom }),
    )
  })

  it('is not fooled by a toJSON that appears late', () => {
    let reads = 0
    const metadata = {
      get toJSON(): unknown {
        return reads++ === 0 ? 1 : () => undefined
      },
    }
    expect(message(metadata)).toContain('different each time')
  })

  it('refuses everything else with INVALID_METADATA', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true })
    fc.assert(
      fc.property(anything, (value) => {
        try {
          const { json } = validateMetadata(value)
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_METADATA' })
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('parseMetadata', () => {
  it('freezes all levels', () => {
    const metadata = parseMetadata('{"a":{"b":[{"c":1}]}}')
    const { a } = metadata as { a: { b: readonly object[] } }
    for (const value of [metadata, a, a.b, a.b[0]]) expect(Object.isFrozen(value)).toBe(true)
  })

  it('keeps a member named __proto__', () => {
    const metadata = parseMetadata('{"__proto__":{"polluted":true}}')
    expect(Object.keys(metadata)).toEqual(['__proto__'])
    expect(metadata.polluted).toBeUndefined()
  })

  it.each(['', '{', '[]', 'null', '7'])('refuses %j', (json) => {
    expect(() => parseMetadata(json)).toThrow(expect.objectContaining({ code: 'INVALID_METADATA' }))
  })
})

describe('checked metadata', () => {
  it('is taken as it was when it was checked', () => {
    const metadata = { city: 'Rome' }
    const checked = new CheckedMetadata(metadata, defaultLimits)
    metadata.city = 'Oslo'
    expect(checked.metadata).toEqual({ city: 'Rome' })
    expect(validateMetadata(checked.asMetadata).json).toBe('{"city":"Rome"}')
  })

  it('is not forged by its prototype', () => {
    const forged: unknown = Object.create(CheckedMetadata.prototype)
    expect(() => validateMetadata(forged)).toThrow('expected a JSON object')
  })
})
