import { type Duration, parseDurationMs } from '../duration.ts'
import {
  type PercentileKey,
  readPercentile,
  USUAL_PERCENTILES,
  type Percentile,
} from './percentile.ts'
import { checkKeys, checkObject, written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'

/** Upper bounds on percentiles of a time, and on the longest one. */
export interface TimeBounds {
  readonly [percentile: PercentileKey]: Duration
  readonly max?: Duration
}

/** From `min` to `max`, both included. */
export interface Limits {
  readonly min?: number
  readonly max?: number
}

/** @throws InputError: an SLO, or a part of it, has no bound. */
export function noBound(where: string, example = "{ response: { p95: '10ms' } }"): never {
  throw new InputError(`${where}: no bound is given. Give one, such as ${example}.`)
}

/**
 * Reads bounds on a time, the lowest percentile first.
 * @throws InputError
 */
export function readTimes(
  times: TimeBounds,
  where: string,
): readonly { readonly percentile: Percentile; readonly belowMs: number }[] {
  checkObject(times, where, USUAL_PERCENTILES)
  const bounds = Object.entries(times).flatMap(([key, text]) => {
    const percentile = readPercentile(key, where)
    if (text === undefined) return []
    const belowMs = parseDurationMs(text, `${where}.${key}`)
    if (belowMs === 0) throw new InputError(`${where}.${key}: no time is below 0.`)
    return [{ percentile, belowMs }]
  })
  if (bounds.length === 0) noBound(where, "{ p95: '10ms' }")
  return bounds.toSorted((a, b) => a.percentile.value - b.percentile.value)
}

/**
 * Reads limits on a rate or an amount.
 * @param isAllowed whether a limit makes sense; `what` it has to be.
 * @throws InputError
 */
export function readLimits(
  limits: Limits,
  where: string,
  isAllowed: (limit: number) => boolean = Number.isFinite,
  what = 'a number, in the unit of the metric',
): readonly { readonly side: 'min' | 'max'; readonly limit: number }[] {
  const sides = ['min', 'max'] as const
  checkKeys(limits, where, sides)
  const bounds = sides.flatMap((side) => {
    const limit = limits[side]
    if (limit === undefined) return []
    if (!isAllowed(limit)) {
      throw new InputError(`${where}.${side}: ${written(limit)} must be ${what}.`)
    }
    return [{ side, limit }]
  })
  if (bounds.length === 0) noBound(where, '{ min: 80 }')
  const { min = -Infinity, max = Infinity } = limits
  if (min > max) throw new InputError(`${where}: min ${min} is above max ${max}.`)
  return bounds
}

/**
 * Reads a ratio, of which 1 means all: everything else is above the ratio, and nothing is above 1.
 * @throws InputError
 */
export function readRatio(ratio: number, what: string): number {
  if (Number.isFinite(ratio) && ratio >= 0 && ratio <= 1) return ratio
  throw new InputError(
    `${what}: ${written(ratio)} must be a number from 0 to 1: 0.99 for more than 99 %, 1 for all.`,
  )
}
