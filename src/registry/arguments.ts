import { didYouMean } from '../nearest-name.ts'
import { RegistryError } from './errors.ts'
import { describeKind, isPlainObject } from './json-check.ts'
import { quoted } from './text.ts'

/**
 * Checks a caller's value.
 * @param where its name in the error, such as `options.ttlMs`.
 * @throws RegistryError `INVALID_ARGUMENT`, with the expected type or range.
 */
export type Take<T> = (value: unknown, where: string) => T

/** A check for each option of `T`; the compiler requires all of them. */
export type Takes<T> = { readonly [name in keyof T]-?: Take<Exclude<T[name], undefined>> }

/**
 * Checks the options of a call and returns a copy; each option is read once. An option that is `undefined`
 * is not set.
 * @param where the name of the options in errors, such as `options`.
 * @throws RegistryError `INVALID_ARGUMENT` if the options are not a plain object, for an unknown option,
 *   with the nearest known one, and for an invalid value.
 */
export function takeOptions<T extends object>(
  given: unknown,
  where: string,
  takes: Takes<T>,
): Partial<T> {
  if (given === undefined) return {}
  return reading(where, () => {
    if (!isPlainObject(given)) {
      const names = Object.keys(takes).join(', ')
      throw invalid(`${where}: ${written(given)} must be an object with any of ${names}`)
    }
    const taken: { -readonly [name in keyof T]?: T[name] } = {}
    for (const name of Object.keys(given)) {
      if (!isNameOf(name, takes)) throw unknownName(name, where, Object.keys(takes))
      const value = given[name]
      if (value !== undefined) taken[name] = takes[name](value, `${where}.${name}`)
    }
    return taken
  })
}

/**
 * Runs `read`, which reads a caller's object: getters and proxies run the caller's code, which may throw.
 * @throws RegistryError as thrown by `read`; `INVALID_ARGUMENT` for any other exception.
 */
export function reading<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RegistryError) throw error
    throw new RegistryError('INVALID_ARGUMENT', `${where}: reading it threw an exception`, {
      cause: error,
    })
  }
}

/** An integer from `min` to `max`. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Take<number> {
  const range = max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return take(
    (value): value is number =>
      typeof value === 'number' &&
      (Number.isInteger(value) || (value === Infinity && max === Infinity)) &&
      value >= min &&
      value <= max,
    `an integer ${range}`,
  )
}

/** The longest timer, in ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** A timeout in ms. */
export const timeout: Take<number> = take(
  (value): value is number => typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS,
  `a number of ms above 0, at most ${MAX_TIMER_MS}`,
)

/** `true` or `false`, without coercion. */
export const trueOrFalse: Take<boolean> = take(
  (value): value is boolean => typeof value === 'boolean',
  'true or false',
)

/** An `AbortSignal`. */
export const abortSignal: Take<AbortSignal> = take(isAbortSignal, 'an AbortSignal')

function isAbortSignal(value: unknown): value is AbortSignal {
  try {
    // Reads internal state that only real signals have: any object may have this prototype.
    return typeof Reflect.get(AbortSignal.prototype, 'aborted', value) === 'boolean'
  } catch {
    return false
  }
}

/** Any string; its format is checked where it is used. */
export const text: Take<string> = take(
  (value): value is string => typeof value === 'string',
  'a string',
)

/** One or more URLs. Errors never repeat them, because they may contain passwords. */
export const urls: Take<readonly string[]> = (value, where) => {
  // A copy has no holes, which `every` would skip.
  const given: readonly unknown[] = Array.isArray(value) ? [...value] : []
  if (given.length > 0 && given.every((url) => typeof url === 'string')) return given
  throw invalid(`${where}: must be an array of one or more URLs`)
}

/** One of these words. */
export function oneOf<T extends string>(...words: readonly T[]): Take<T> {
  const isOne = (value: unknown): value is T => (words as readonly unknown[]).includes(value)
  return (value, where) => {
    if (isOne(value)) return value
    const guess = typeof value === 'string' ? didYouMean(value, words) : ''
    throw invalid(`${where}: ${written(value)} must be one of ${words.join(', ')}.${guess}`)
  }
}

/** A function. @param what describes its parameter; follows "a function". */
export function functionOf<T>(what: string): Take<T> {
  return take((value): value is T => typeof value === 'function', `a function ${what}`)
}

/** A check for values that satisfy `holds`; `what` describes them. */
export function take<T>(holds: (value: unknown) => value is T, what: string): Take<T> {
  return (value, where) => {
    if (holds(value)) return value
    throw invalid(`${where}: ${written(value)} must be ${what}`)
  }
}

/** Any value for an error message: truncated text, or its type. */
export function written(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
    case 'boolean':
      return String(value)
    case 'bigint':
      return 'a bigint'
    default:
      return kindOf(value)
  }
}

function kindOf(value: unknown): string {
  try {
    return describeKind(value)
  } catch {
    // A proxy may throw even here.
    return 'an object'
  }
}

function unknownName(name: string, where: string, known: readonly string[]): RegistryError {
  return invalid(
    `${where}: ${written(name)} is not a valid option.${didYouMean(name, known)} Valid options: ${known.join(', ')}.`,
  )
}

function isNameOf<T extends object>(name: string, takes: Takes<T>): name is keyof T & string {
  return Object.hasOwn(takes, name)
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', message)
}
