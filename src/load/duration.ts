import { written } from './check-fields.ts'
import { InputError } from '../input-error.ts'

/** A length of time as scenarios write it: `250ms`, `10s`, `1.5m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`

/**
 * The longest time that anything may take, in ms: 48 h. A run file has a row per second and operation;
 * for three operations over 48 h, that is almost as large as a file can be to be read again
 * (`MAX_BYTES`). A timer, which holds 24.8 days, holds the sum of several such times.
 */
export const MAX_DURATION_MS = 48 * 3_600_000

/**
 * The longest time that a request may be waited for, in ms: 35 min. Histograms hold up to that
 * (`MAX_TIME_US`), and would show a request that took longer as one that took less.
 */
export const MAX_TIMEOUT_MS = 35 * 60_000

/** The shortest time above 0, in ms: the resolution of a clock in µs. */
const MIN_DURATION_MS = 0.001

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g
const WHOLE = new RegExp(`^(?:${PART.source})+$`)

/**
 * Reads a duration.
 * @param text e.g. `10s`, or parts that are added up, as `1m30s`; units are required.
 * @param what names the figure in the error, e.g. `BENCH_DURATION`.
 * @param maxMs the longest that is possible there.
 * @returns ms: 0, or from 1 µs to `maxMs`.
 * @throws InputError if it is not numbers ≥ 0, each followed by `ms`, `s`, `m` or `h`, or out of range.
 */
export function parseDurationMs(text: string, what: string, maxMs = MAX_DURATION_MS): number {
  checkDuration(text, what)
  let durationMs = 0
  for (const [, value, unit] of text.matchAll(PART)) {
    if (isUnit(unit)) durationMs += Number(value) * MS_PER_UNIT[unit]
  }
  if (durationMs > maxMs) {
    throw new InputError(
      `${what}: "${text}" is too long. The longest possible is ${longest(maxMs)}.`,
    )
  }
  if (durationMs > 0 && durationMs < MIN_DURATION_MS) {
    throw new InputError(`${what}: "${text}" is too short. Write 0s, or at least 0.001ms.`)
  }
  return durationMs
}

function longest(ms: number): string {
  return ms % MS_PER_UNIT.h === 0 ? `${ms / MS_PER_UNIT.h}h` : `${ms / MS_PER_UNIT.m}m`
}

/**
 * Checks that something is a duration.
 * @throws InputError as `parseDurationMs` does.
 */
export function checkDuration(text: unknown, what: string): asserts text is string {
  if (typeof text === 'string' && WHOLE.test(text.trim())) return
  throw new InputError(
    `${what}: ${typeof text === 'string' ? `"${text}"` : written(text)} is not a duration. Write a number and a unit, such as 250ms, 10s, 1m30s or 1h.`,
  )
}

function isUnit(unit: string | undefined): unit is keyof typeof MS_PER_UNIT {
  return unit !== undefined && unit in MS_PER_UNIT
}
