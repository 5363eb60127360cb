import { quoted } from './text.ts'

/** The path from a JSON document's root to a value: member names and array indexes. */
export type JsonPlace = readonly (string | number)[]

const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/
const MAX_NAME = 60

/** Formats a place as code: `filter.$or[1]["age.gte"]`. */
export function formatPlace(root: string, place: JsonPlace): string {
  return root + place.map(formatPart).join('')
}

function formatPart(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`
  if (part.length <= MAX_NAME && PLAIN_NAME.test(part)) return `.${part}`
  return `[${quoted(part)}]`
}

/** Why a value is not JSON, and where. */
export interface JsonProblem {
  readonly place: JsonPlace
  /** The fault, to follow "… is": `undefined`, `a function`, `NaN`. */
  readonly found: string
}

/** The maximum size of a value. */
export interface JsonBounds {
  /** Levels of objects and arrays. */
  readonly maxDepth: number
  /** Total number of values, each counted once per path to it. */
  readonly maxValues: number
}

/**
 * Finds the first value in `value` that JSON would lose or change; `undefined` without one.
 *
 * Stricter than `JSON.stringify`, which silently drops or rewrites undefined, functions, symbols,
 * NaN, holes, class instances and whatever has a `toJSON`.
 */
export function findNonJson(value: unknown, bounds: JsonBounds): JsonProblem | undefined {
  const problem = check(value, bounds.maxDepth, {
    maxValues: bounds.maxValues,
    left: bounds.maxValues,
  })
  if (problem === undefined) return undefined
  const place = problem.place.toReversed()
  if (problem.found !== TOO_DEEP) return { place, found: problem.found }
  return (
    findCycle(value, place) ?? { place, found: `nested more than ${bounds.maxDepth} levels deep` }
  )
}

/** Whether `value` is an object made by a literal or by `JSON.parse`: not an array, not an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The type of `value` in words, for an error message. */
export function describeKind(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return 'a bigint (write it as a string)'
    case 'number':
      return Number.isFinite(value) ? 'a number' : String(value)
    case 'string':
      return 'a string'
    case 'boolean':
      return 'a boolean'
    case 'object':
      return describeObject(value)
  }
}

function describeObject(value: object | null): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (isPlainObject(value)) return 'an object'
  if (value instanceof Date) return 'a Date (write it as a string or as Unix milliseconds)'
  const { constructor } = value
  const name = typeof constructor === 'function' ? constructor.name : ''
  return name === '' ? 'not a plain object' : `an instance of ${name}, not a plain object`
}

const TOO_DEEP = 'too deep'

interface Budget {
  readonly maxValues: number
  left: number
}

/** The place is collected innermost first, on the way out, so a valid value costs no paths. */
interface Trace {
  readonly place: (string | number)[]
  readonly found: string
}

function trace(found: string): Trace {
  return { place: [], found }
}

function check(value: unknown, levelsLeft: number, budget: Budget): Trace | undefined {
  if (budget.left-- <= 0) {
    return trace(`beyond the maximum of ${budget.maxValues} values`)
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : trace(describeKind(value))
    case 'object':
      if (value === null) return undefined
      if (levelsLeft === 0) return trace(TOO_DEEP)
      return Array.isArray(value)
        ? checkArray(value, levelsLeft - 1, budget)
        : checkObject(value, levelsLeft - 1, budget)
    default:
      return trace(describeKind(value))
  }
}

function checkObject(value: object, levelsLeft: number, budget: Budget): Trace | undefined {
  if (!isPlainObject(value)) return trace(describeKind(value))
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols[0] !== undefined)
    return trace(`keyed by ${symbols[0].toString()}: a key must be a string`)
  for (const key of Object.keys(value)) {
    const problem = check(value[key], levelsLeft, budget)
    if (problem !== undefined) {
      problem.place.push(key)
      return problem
    }
  }
  return undefined
}

function checkArray(
  value: readonly unknown[],
  levelsLeft: number,
  budget: Budget,
): Trace | undefined {
  if (Object.getPrototypeOf(value) !== Array.prototype) {
    return trace('an instance of a subclass of Array')
  }
  for (let index = 0; index < value.length; index++) {
    const problem = check(value[index], levelsLeft, budget)
    if (problem !== undefined) {
      problem.place.push(index)
      return problem
    }
  }
  return Object.keys(value).length === value.length
    ? undefined
    : trace('an array with named properties')
}

/** The first value on the path to the depth limit that contains itself. */
function findCycle(root: unknown, place: JsonPlace): JsonProblem | undefined {
  const ancestors = new Set<unknown>()
  let value = root
  for (const [steps, part] of place.entries()) {
    ancestors.add(value)
    value = (value as Readonly<Record<string | number, unknown>>)[part]
    if (ancestors.has(value)) {
      return { place: place.slice(0, steps + 1), found: 'a cycle: it contains itself' }
    }
  }
  return undefined
}
