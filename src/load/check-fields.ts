import { inspect } from 'node:util'
import { InputError } from '../input-error.ts'
import { didYouMean } from '../nearest-name.ts'

/**
 * Checks one value that a user wrote.
 * @param where names it in the error, e.g. `SLO: successRate`.
 * @throws InputError that says what to write.
 */
export type Check = (value: unknown, where: string) => void

/** A check of each field of `T`. The compiler asks for all of them, so none is forgotten. */
export type Fields<T> = { readonly [field in keyof T]-?: Check }

/**
 * Checks an object that a user wrote. A field that is `undefined` is not set.
 * @param where names the object in errors, e.g. `burst`.
 * @throws InputError if it is not an object, has a field that doesn't exist, which is then named
 *   beside the nearest one that does, or has a field whose check fails.
 */
export function checkFields(
  value: unknown,
  where: string,
  fields: Readonly<Record<string, Check>>,
): void {
  const object = checkKeys(value, where, Object.keys(fields))
  for (const [field, checkField] of Object.entries(fields)) {
    if (object[field] !== undefined) checkField(object[field], `${where}: ${field}`)
  }
}

/**
 * Checks that a value is an object without other keys than the known ones.
 * @returns the same object.
 * @throws InputError
 */
export function checkKeys(
  value: unknown,
  where: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const object = checkObject(value, where, known)
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue
    throw new InputError(
      `${where}: there is no "${key}".${didYouMean(key, known)} Valid are ${known.join(', ')}.`,
    )
  }
  return object
}

/**
 * Checks that a value is an object, and not a list.
 * @param known keys that it may have, for the error.
 * @throws InputError
 */
export function checkObject(
  value: unknown,
  where: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value
  throw new InputError(
    `${where}: ${written(value)} is not an object. Write { … } with ${known.join(', ')}.`,
  )
}

/** A value as a user would write it, in one short line. */
export function written(value: unknown): string {
  return inspect(value, {
    depth: 0,
    compact: true,
    breakLength: Infinity,
    maxStringLength: 60,
    customInspect: false,
  })
}

/** Accepts anything: the field is checked where it is read. */
export const checkedLater: Check = () => {}

/** A number from `least` to `most`, as of seconds or requests. */
export function number(least: number, most = Number.MAX_VALUE): Check {
  return check(
    (value) => isFinite(value) && value >= least && value <= most,
    `a number ${range(least, most)}`,
  )
}

/** A number above 0. */
export const numberAbove0: Check = check(
  (value) => isFinite(value) && value > 0,
  'a number above 0',
)

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return check(
    (value) => Number.isSafeInteger(value) && isFinite(value) && value >= least && value <= most,
    `a whole number ${range(least, most)}`,
  )
}

export function oneOf(...names: readonly string[]): Check {
  return (value, where) => {
    if (typeof value === 'string' && names.includes(value)) return
    const nearest = typeof value === 'string' ? didYouMean(value, names) : ''
    throw new InputError(
      `${where}: ${written(value)} is not valid.${nearest} Choose one of ${names.join(', ')}.`,
    )
  }
}

export const trueOrFalse: Check = check((value) => typeof value === 'boolean', 'true or false')

export const functionOf = (what: string): Check =>
  check((value) => typeof value === 'function', `a function ${what}`)

/** A check that a condition holds. */
export function check(holds: (value: unknown) => boolean, what: string): Check {
  return (value, where) => {
    if (!holds(value)) throw new InputError(`${where}: ${written(value)} must be ${what}.`)
  }
}

function range(least: number, most: number): string {
  return most >= Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
