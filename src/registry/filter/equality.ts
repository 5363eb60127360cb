import type { JsonValue } from '../registration.ts'
import { isJsonObject } from './field.ts'

/** A JSON value other than an object or array. */
export type Scalar = string | number | boolean | null

/** Whether a JSON value is a scalar. */
export function isScalar(value: JsonValue): value is Scalar {
  return typeof value !== 'object' || value === null
}

/** Whether a field's value, `undefined` if it is missing, satisfies a condition. */
export type ValueTest = (value: JsonValue | undefined) => boolean

/**
 * A test for deep equality with `expected`. Numbers are equal as numbers, so 0 equals -0; the
 * order of an object's members does not matter, that of an array's elements does.
 */
export function equalTo(expected: JsonValue): ValueTest {
  if (isScalar(expected)) return (value) => value === expected
  if (Array.isArray(expected)) return arrayEqualTo(expected as readonly JsonValue[])
  return objectEqualTo(expected as { readonly [key: string]: JsonValue })
}

function arrayEqualTo(expected: readonly JsonValue[]): ValueTest {
  const tests = expected.map(equalTo)
  return (value) => {
    if (!Array.isArray(value) || value.length !== tests.length) return false
    for (let index = 0; index < tests.length; index++) {
      if (tests[index]?.(value[index] as JsonValue) !== true) return false
    }
    return true
  }
}

function objectEqualTo(expected: { readonly [key: string]: JsonValue }): ValueTest {
  const members = Object.entries(expected).map(([key, value]) => ({ key, test: equalTo(value) }))
  return (value) => {
    if (!isJsonObject(value)) return false
    for (const { key, test } of members) {
      if (!Object.hasOwn(value, key) || !test(value[key])) return false
    }
    // Avoids the array of `Object.keys`.
    let count = 0
    for (const key in value) if (Object.hasOwn(value, key)) count++
    return count === members.length
  }
}
