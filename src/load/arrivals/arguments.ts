import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../input-error.ts'

/**
 * Checks a rate that arrivals can't do without.
 * @param what names the argument in the error, e.g. `burst: rate`.
 * @throws InputError unless it is finite and > 0.
 */
export function rateAbove0(ratePerSecond: number, what: string): number {
  if (!Number.isFinite(ratePerSecond) || ratePerSecond <= 0) {
    throw new InputError(
      `${what}: ${ratePerSecond} requests/s can't be sent. Give a number above 0.`,
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
      `${what}: ${ratePerSecond} requests/s can't be sent. Give 0 or a number above it.`,
    )
  }
  return ratePerSecond
}

/**
 * Reads how long something lasts, in ms.
 * @throws InputError unless it is a duration above 0.
 */
export function lengthMs(length: Duration, what: string): number {
  const ms = parseDurationMs(length, what)
  if (ms === 0) throw new InputError(`${what}: "${length}" must be longer than 0.`)
  return ms
}
