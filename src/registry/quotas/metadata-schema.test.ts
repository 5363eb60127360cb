import { describe, expect, test } from 'vitest'
import { compileMetadataSchema } from './metadata-schema.ts'

const address = {
  type: 'object',
  properties: {
    address: {
      type: 'object',
      properties: { zip: { $ref: '#/$defs/zip' }, 'a b': { type: 'string' } },
      required: ['zip'],
      additionalProperties: false,
    },
    tags: { type: 'array', items: { enum: ['red', 'blue'] }, maxItems: 3, uniqueItems: true },
    level: { type: 'integer', minimum: 1 },
    kind: { const: 'user' },
    never: false,
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    names: { propertyNames: { pattern: '^[a-z]+$' } },
    some: { contains: { type: 'string' } },
  },
  $defs: { zip: { type: 'string', pattern: '^[0-9]{5}$' } },
}

describe('metadata', () => {
  test.each([
    [{ address: { zip: '1234' } }, 'metadata.address.zip: must match pattern "^[0-9]{5}$"'],
    [{ address: {} }, "metadata.address: must have required property 'zip'"],
    [
      { address: { zip: '12345', more: 1 } },
      'metadata.address: must NOT have additional properties; it has "more"',
    ],
    [{ address: { zip: '12345', 'a b': 1 } }, 'metadata.address["a b"]: must be string'],
    [{ tags: ['red', 'green'] }, 'metadata.tags[1]: must be one of "red","blue"'],
    [{ tags: ['red', 'red'] }, 'metadata.tags: must NOT have duplicate items'],
    [{ level: 0.5 }, 'metadata.level: must be integer'],
    [{ kind: 'x' }, 'metadata.kind: must be "user"'],
    [{ never: 1 }, 'metadata.never: is not allowed'],
    [{ names: { A1: 1 } }, 'metadata.names: the name "A1" must match pattern'],
    [{ some: [1, 2] }, 'metadata.some: must contain at least 1 valid item(s)'],
    [{ either: true }, 'metadata.either: must match a schema in anyOf'],
  ])('%j is refused, which says where', async (metadata, message) => {
    const check = await compileMetadataSchema(address)
    expect(() => check(JSON.stringify(metadata))).toThrow(
      expect.objectContaining({
        code: 'INVALID_METADATA',
        message: expect.stringContaining(message),
      }),
    )
  })

  test('that fits is accepted', async () => {
    const check = await compileMetadataSchema(address)
    const metadata = {
      address: { zip: '12345' },
      tags: ['red'],
      level: 1,
      kind: 'user',
      either: 'x',
    }
    check(JSON.stringify(metadata))
    check('{}')
  })

  test('needs properties of its own', async () => {
    const check = await compileMetadataSchema({ required: ['toString'], type: 'object' })
    expect(() => check('{}')).toThrow("must have required property 'toString'")
    check('{"toString":1}')
  })

  test('with a message in several lines is refused in one', async () => {
    const check = await compileMetadataSchema({ type: 'object', additionalProperties: false })
    const error = (() => {
      try {
        return check(JSON.stringify({ 'a\nb': 1 }))
      } catch (thrown) {
        return String(thrown)
      }
    })()
    expect(error).not.toContain('\n')
  })
})

describe('a schema', () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? {} : { properties: { a: deep(levels - 1) }, type: 'object' }
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [
      `d${n}`,
      n === 0 ? {} : { allOf: [{ $ref: `#/$defs/d${n - 1}` }, { $ref: `#/$defs/d${n - 1}` }] },
    ]),
  )

  test.each([
    [{ type: 'objct' }, 'quotas.metadataSchema: '],
    [{ tpye: 'object' }, 'unknown keyword: "tpye"'],
    [{ properties: { a: { format: 'email' } } }, 'Formats are not checked'],
    [
      { properties: { a: { $ref: 'https://example.com/a.json' } } },
      'metadataSchema.properties.a.$ref "https',
    ],
    [{ $ref: '#/$defs/none' }, 'refers to no schema'],
    [{ $ref: '#' }, 'leads back to itself'],
    [
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } },
      'leads back to itself',
    ],
    [{ $defs: doubling, $ref: '#/$defs/d29' }, 'has more than 2000 parts'],
    [deep(40), 'levels deep'],
    [{ enum: ['x'.repeat(40_000)] }, 'bytes; at most'],
    [{ $async: true }, '$async is not supported'],
    [JSON.parse('{"properties": {"__proto__": false}}'), '__proto__ would not be checked'],
    [{ properties: { a: { $id: 'x' } } }, 'properties.a.$id is not supported'],
    [{ properties: { a: { $dynamicRef: '#x' } } }, '$dynamicRef is not supported'],
    [{ properties: { a: { pattern: '(a)\\1' } } }, 'back references'],
    [{ patternProperties: { '(?=a)': {} } }, 'look-around'],
    [{ properties: { a: { uniqueItems: true } } }, 'properties.a.uniqueItems needs a maxItems'],
    [[], 'must be an object'],
    [true, 'must be an object'],
    [null, 'must be an object'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, 'draft-07'],
  ])('that costs too much or isn’t one is refused: %j', async (schema, says) => {
    await expect(compileMetadataSchema(schema)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(says),
    })
    await expect(compileMetadataSchema(schema)).rejects.toMatchObject({
      message: expect.not.stringContaining('\n'),
    })
  })

  test('may have an id, its draft, and properties named like keywords', async () => {
    const check = await compileMetadataSchema({
      $id: 'https://example.com/a',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { $id: { type: 'string' }, $ref: { type: 'string' }, format: { type: 'string' } },
    })
    check('{"$id":"x","format":"y"}')
    expect(() => check('{"$ref":1}')).toThrow('metadata.$ref')
  })

  test('with a pattern that JavaScript would not finish is decided', async () => {
    const check = await compileMetadataSchema({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^(a+)+$' } },
      propertyNames: { pattern: '^(a|a)*$' },
    })
    expect(() => check(JSON.stringify({ a: `${'a'.repeat(5000)}!` }))).toThrow('metadata.a')
    check(JSON.stringify({ a: 'aaa' }))
  })
})
