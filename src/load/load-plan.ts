import type { Arrivals } from './arrivals/arrivals.ts'
import type { Operations } from './workload.ts'
import type { NoMetrics } from './metrics/declare-metrics.ts'
import { type NoTags, checkTags } from './notes/tags.ts'
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
import { DISPATCH_OPTIONS } from './dispatch/technique.ts'
import { checkFaults } from './faults/fault.ts'
import { checkFeed } from './feed/feed.ts'
import { InputError } from '../input-error.ts'
import type { MeasuredPlan } from './measure.ts'
import { checkMetrics } from './metrics/metric-recorders.ts'

/** An open-loop load. */
export interface LoadPlan<Row = unknown, Tags = NoTags, Declared = NoMetrics> extends MeasuredPlan<
  Row,
  Tags,
  Declared
> {
  readonly operations: Operations<NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
  readonly arrivals: Arrivals
  /**
   * Requests due while this many run don't start. One that timed out runs until its promise settles:
   * see `LoadRequest.signal`. Default 10,000.
   */
  readonly maxInFlight?: number
  /**
   * The fate of those requests. `drop` (default) counts them as dropped. `wait` starts them late, when
   * there is room, as a client with a fixed number of connections would, and drops those still waiting
   * at the end of the grace period.
   */
  readonly whenFull?: 'drop' | 'wait'
}

/** The checks of fields that every load has. */
export const COMMON_FIELDS = {
  data: checkFeed,
  tags: checkTags,
  metrics: checkMetrics,
  seed: wholeNumber(Number.MIN_SAFE_INTEGER),
  shard: checkShard,
  slo: checkedLater,
  verdict: checkedLater,
}

/** The checks of fields that only an open load has. */
export const OPEN_FIELDS = {
  operations: checkedLater,
  arrivals: checkArrivals,
  maxInFlight: wholeNumber(1),
}

/** The plan common to open and closed loads. */
export const MEASURED_FIELDS: Fields<MeasuredPlan> = {
  ...COMMON_FIELDS,
  warmUpMs: number(0),
  durationMs: numberAbove0,
  timeoutMs: numberAbove0,
  gracePeriodMs: number(0),
  dispatch: oneOf(...DISPATCH_OPTIONS),
  startAtMs: number(0),
  awaitStart: functionOf('that resolves with the start'),
  signal: check((value) => value instanceof AbortSignal, 'an AbortSignal'),
  tellsExact: check((value) => typeof value === 'boolean', 'true or false'),
  onProgress: functionOf('that takes the progress'),
  faults: checkFaults,
  tracer: check(
    (value) => typeof value === 'object' && value !== null && 'start' in value,
    'a RequestTracer',
  ),
}

const PLAN: Fields<LoadPlan> = {
  ...MEASURED_FIELDS,
  ...OPEN_FIELDS,
  whenFull: oneOf('drop', 'wait'),
}

/**
 * Checks the plan of a load before anything starts. Operations, SLO and verdict are checked where they
 * are read.
 * @throws InputError
 */
export function checkPlan(plan: LoadPlan): void {
  checkFields(plan, 'load', PLAN)
  checkGiven(plan, ['operations', 'arrivals', 'durationMs'])
}

/**
 * Checks that required fields are set.
 * @throws InputError
 */
export function checkGiven<T extends object>(load: T, fields: readonly (keyof T & string)[]): void {
  for (const field of fields) {
    if (load[field] === undefined) throw new InputError(`load: ${field} is missing.`)
  }
}
