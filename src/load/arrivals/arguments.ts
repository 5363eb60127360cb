import { checkFields, written, type Fields } from '../check-fields.ts'
import { checkDuration, parseDurationMs } from '../duration.ts'
import { InputError } from '../../input-error.ts'

/**
 * Checks a rate that arrivals can't do without.
 * @param what names the argument in the error, e.g. `burst: rate`.
 * @throws InputError unless it is finite and > 0.
 */
export function rateAbove0(ratePerSecond: number, what: string): number {
  if (!Number.isFinite(ratePerSecond) || ratePerSecond <= 0) {
    throw new InputError(
      `${what}: ${written(ratePerSecond)} requests/s can't be sent. Give a number above 0.`,
    )
  }
  return ratePerSecond
}

/**
 * Checks a rate that may be 0, as in a pause.
 * @throws InputError unless it is finite and ≥ 0.
 */
export function rateFrom0(ratePerSecond: number, what: string): number {
  if (!Number.isFinite(ratePerSecond) || ratePerSecond < 0) {
    throw new InputError(
      `${what}: ${written(ratePerSecond)} requests/s can't be sent. Give 0 or a number above it.`,
    )
  }
  return ratePerSecond
}

/**
 * Reads how long something lasts, in ms.
 * @throws InputError unless it is a duration above 0.
 */
export function lengthMs(length: string, what: string): number {
  const ms = parseDurationMs(length, what)
  if (ms === 0) throw new InputError(`${what}: "${length}" must be longer than 0.`)
  return ms
}

/**
 * Checks how long something lasts.
 * @throws InputError unless it is a duration above 0.
 */
export function checkLength(length: unknown, what: string): void {
  checkDuration(length, what)
  lengthMs(length, what)
}

/**
 * Checks a list that arrivals are made of, such as steps.
 * @param what names the arrivals in the error.
 * @param fields which each entry may have.
 * @throws InputError unless it is a list of objects without other fields.
 */
export function checkList<T>(list: readonly T[], what: string, fields: Fields<T>): void {
  if (!Array.isArray(list)) {
    const entry = Object.keys(fields).join(', ')
    throw new InputError(`${what}: ${written(list)} is not a list. Write [{ ${entry} }, …].`)
  }
  for (const [i, entry] of list.entries()) checkFields(entry, `${what}[${i}]`, fields)
}

/**
 * Checks that something says when requests are due: a function with a label.
 * @throws InputError
 */
export function checkArrivals(made: unknown, what: string): void {
  if (typeof made === 'function' && 'label' in made && typeof made.label === 'string') return
  throw new InputError(
    `${what}: ${written(made)} does not say when requests are due. Call one of the arrivals, such as constant(100), or give a function of the request's number with a label.`,
  )
}
