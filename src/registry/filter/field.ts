import type { JsonValue, Metadata } from '../registration.ts'
import type { FieldPath } from './ast.ts'

/** Reads one field; `undefined` if it is missing. */
export type FieldReader = (metadata: Metadata) => JsonValue | undefined

/**
 * A reader of the field at `path`: own members of objects only, so that neither `constructor` nor
 * an array's `length` is a field unless the metadata says so.
 */
export function fieldReader(path: FieldPath): FieldReader {
  const [name, ...rest] = path
  if (name === undefined) throw new TypeError('a field path has at least one part')
  if (rest.length === 0) {
    return (metadata) => (Object.hasOwn(metadata, name) ? metadata[name] : undefined)
  }
  const readRest = fieldReader(rest)
  return (metadata) => {
    if (!Object.hasOwn(metadata, name)) return undefined
    const value = metadata[name]
    return isJsonObject(value) ? readRest(value) : undefined
  }
}

/** Whether a JSON value is an object, rather than an array or a scalar. */
export function isJsonObject(value: JsonValue | undefined): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
