import { written } from './check-fields.ts'
import { InputError } from './input-error.ts'

/** A length of time as scenarios write it: `250ms`, `10s`, `1.5m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g
const WHOLE = new RegExp(`^(?:${PART.source})+$`)

/**
 * Reads a duration.
 * @param text e.g. `10s`, or parts that are added up, as `1m30s`; units are required.
 * @param what names the figure in the error, e.g. `BENCH_DURATION`.
 * @returns ms, ≥ 0.
 * @throws InputError if it is not numbers ≥ 0, each followed by `ms`, `s`, `m` or `h`.
 */
export function parseDurationMs(text: string, what: string): number {
  checkDuration(text, what)
  let durationMs = 0
  for (const [, value, unit] of text.matchAll(PART)) {
    if (isUnit(unit)) durationMs += Number(value) * MS_PER_UNIT[unit]
  }
  return durationMs
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

/** Writes a time in ms with three significant digits and the unit a person would choose: `940 µs`, `2.31 ms`, `1.2 s`. */
export function formatMs(ms: number): string {
  if (ms === 0) return '0 ms'
  if (ms < 1) return `${significant(ms * 1_000)} µs`
  if (ms < 1_000) return `${significant(ms)} ms`
  return `${significant(ms / 1_000)} s`
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
