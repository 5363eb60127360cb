import { checkArrivals } from './arrivals/arguments.ts'
import { checkShard } from './arrivals/shard.ts'
import {
  check,
  checkedLater,
  checkFields,
  functionOf,
  number,
  numberAbove0,
  oneOf,
  wholeNumber,
  type Fields,
} from './check-fields.ts'
import { DISPATCH_OPTIONS } from './dispatch/dispatch-option.ts'
import { checkFeed } from './feed/feed.ts'
import type { LoadPlan } from './generator.ts'
import { InputError } from './input-error.ts'
import { checkMetrics } from './metrics/metric-recorders.ts'
import { checkTags } from './notes/tags.ts'

/** What a load of any kind takes, checked in the same words. */
export const COMMON_FIELDS = {
  operations: checkedLater,
  arrivals: checkArrivals,
  data: checkFeed,
  tags: checkTags,
  metrics: checkMetrics,
  maxInFlight: wholeNumber(1),
  seed: wholeNumber(Number.MIN_SAFE_INTEGER),
  share: checkShard,
  slo: checkedLater,
  verdict: checkedLater,
}

const PLAN: Fields<LoadPlan> = {
  ...COMMON_FIELDS,
  warmUpMs: number(0),
  durationMs: numberAbove0,
  whenFull: oneOf('drop', 'wait'),
  timeoutMs: numberAbove0,
  gracePeriodMs: number(0),
  dispatch: oneOf(...DISPATCH_OPTIONS),
  startAtMs: number(0),
  signal: check((value) => value instanceof AbortSignal, 'an AbortSignal'),
  onProgress: functionOf('what is told how it goes'),
}

/**
 * Checks what a load is to be, before anything is done for it. Operations, SLO and verdict are checked
 * where they are read.
 * @throws InputError
 */
export function checkPlan(plan: LoadPlan): void {
  checkFields(plan, 'load', PLAN)
  checkGiven(plan, ['operations', 'arrivals', 'durationMs'])
}

/**
 * Checks that fields which a load can't do without are there.
 * @throws InputError
 */
export function checkGiven<T extends object>(load: T, fields: readonly (keyof T & string)[]): void {
  for (const field of fields) {
    if (load[field] === undefined) throw new InputError(`load: ${field} is missing.`)
  }
}
