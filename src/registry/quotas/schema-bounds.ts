import { RegistryError } from '../errors.ts'
import { formatPlace, isPlainObject, type JsonPlace } from '../json-check.ts'

/** The largest schema, in bytes of JSON. */
const MAX_SCHEMA_BYTES = 32 * 1024

/** Objects and arrays of a schema, each counted as often as references lead to it: the most that one value is checked against. */
const MAX_PARTS = 2_000

/** The deepest nesting of a schema, references included. */
const MAX_DEPTH = 64

/** The longest list whose items may have to be unique: objects in it are compared with each other. */
const MAX_UNIQUE_ITEMS = 1_000

/** Keywords that lead elsewhere, or that make a check asynchronous. Properties may have these names, for their schemas are objects. */
const REFUSED = ['$dynamicRef', '$recursiveRef', '$dynamicAnchor', '$anchor', '$id', '$async']

/**
 * Checks that a schema costs little to compile and to apply, whatever the metadata: its size, and that references are
 * to its own parts and end.
 * @returns the schema as JSON.
 * @throws RegistryError `INVALID_ARGUMENT`, which says where.
 */
export function boundedSchema(schema: unknown, where: string): string {
  const json = jsonOf(schema, where)
  if (Buffer.byteLength(json) > MAX_SCHEMA_BYTES) {
    throw refused(
      where,
      [],
      `has ${Buffer.byteLength(json)} bytes; at most ${MAX_SCHEMA_BYTES} are allowed`,
    )
  }
  const root: unknown = JSON.parse(json)
  if (!isPlainObject(root)) throw refused(where, [], 'must be an object')
  new SchemaWalk(root, where).walk()
  return json
}

function jsonOf(schema: unknown, where: string): string {
  try {
    return JSON.stringify(schema) ?? ''
  } catch (cause) {
    throw new RegistryError('INVALID_ARGUMENT', `${where}: is not JSON`, { cause })
  }
}

/** Follows every way through a schema, references included. */
class SchemaWalk {
  readonly #root: Readonly<Record<string, unknown>>
  readonly #where: string
  /** The parts of each object and array, once known; null while they are counted, to find circles. */
  readonly #parts = new Map<object, number | null>()

  constructor(root: Readonly<Record<string, unknown>>, where: string) {
    this.#root = root
    this.#where = where
  }

  walk(): void {
    this.#count(this.#root, [])
  }

  #count(value: unknown, place: JsonPlace): number {
    if (typeof value !== 'object' || value === null) return 0
    const known = this.#parts.get(value)
    if (known === null) {
      throw this.#refused(
        place,
        'leads back to itself; write out as many levels as metadata may have',
      )
    }
    if (known !== undefined) return known
    if (place.length > MAX_DEPTH) {
      throw this.#refused(place, `is more than ${MAX_DEPTH} levels deep`)
    }
    this.#parts.set(value, null)
    let parts = 1
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) parts += this.#count(item, [...place, at])
    } else if (isPlainObject(value)) {
      this.#checkKeywords(value, place)
      for (const [name, member] of Object.entries(value)) {
        parts += this.#count(member, [...place, name])
      }
      if (typeof value['$ref'] === 'string') {
        parts += this.#count(this.#find(value['$ref'], place), [...place, '$ref'])
      }
    }
    if (parts > MAX_PARTS) {
      throw this.#refused(
        place,
        `has more than ${MAX_PARTS} parts, those that it refers to included`,
      )
    }
    this.#parts.set(value, parts)
    return parts
  }

  #checkKeywords(value: Readonly<Record<string, unknown>>, place: JsonPlace): void {
    for (const name of REFUSED) {
      if (name === '$id' && value === this.#root) continue
      if (typeof value[name] === 'string' || typeof value[name] === 'boolean') {
        throw this.#refused([...place, name], 'is not supported')
      }
    }
    if (Object.hasOwn(value, '__proto__')) {
      throw this.#refused(
        [...place, '__proto__'],
        'would not be checked; write the pattern "^__proto__$" in patternProperties',
      )
    }
    if (value['uniqueItems'] !== true) return
    const { maxItems } = value
    if (typeof maxItems !== 'number' || maxItems > MAX_UNIQUE_ITEMS) {
      throw this.#refused(
        [...place, 'uniqueItems'],
        `needs a maxItems of at most ${MAX_UNIQUE_ITEMS} beside it, because items are compared with each other`,
      )
    }
  }

  /** What a reference such as `#/$defs/zip` refers to. */
  #find(reference: string, place: JsonPlace): unknown {
    const at = [...place, '$ref']
    if (!/^#(?:\/.*)?$/s.test(reference)) {
      throw this.#refused(
        at,
        `${JSON.stringify(reference)} must refer to a part of this schema, such as "#/$defs/zip"`,
      )
    }
    let found: unknown = this.#root
    for (const part of reference.split('/').slice(1)) {
      const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~')
      found = Object.hasOwn(Object(found), name) ? Reflect.get(Object(found), name) : undefined
    }
    if (typeof found === 'boolean' || isPlainObject(found)) return found
    throw this.#refused(at, `${JSON.stringify(reference)} refers to no schema`)
  }

  #refused(place: JsonPlace, why: string): RegistryError {
    return refused(this.#where, place, why)
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function refused(where: string, place: JsonPlace, why: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', `${formatPlace(where, place)} ${why}`)
}
