import { checkKeys, checkObject, written } from '../check-fields.ts'
import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../input-error.ts'
import {
  readPercentile,
  USUAL_PERCENTILES,
  type Percentile,
  type PercentileKey,
} from './percentile.ts'

/** Upper bounds on percentiles of a time, and on the longest one. */
export interface TimeBounds {
  readonly [percentile: PercentileKey]: Duration
  readonly max?: Duration
}

/** What an operation, or a whole workload, must hold. Every bound that is left out is not judged. */
export interface OperationSlo {
  /** Response time (intended start → done) is below these. */
  readonly response?: TimeBounds
  /** Completion (intended start → last recipient's receipt) is below these. */
  readonly completion?: TimeBounds
  /** Share of the planned requests that succeeded is above this; 0 to 1. At 1, all succeeded. */
  readonly successRate?: number
  /** Successful requests/s, bounds included. */
  readonly throughput?: { readonly min?: number; readonly max?: number }
  /** Share of the expected receipts that arrived is above `rate`; 0 to 1. At 1, all arrived. */
  readonly delivery?: { readonly rate: number }
}

/**
 * A service-level objective: bounds on the workload as a whole, and on single operations of it.
 *
 *     { response: { p99: '20ms' }, successRate: 0.999 }                   over the whole run
 *     { response: { p99: '50ms' }, every: '5s' }                          in every 5 s of it
 *     { response: { p99: '50ms' }, every: '5s', abortOnFail: { after: '10s' } }
 *
 * Bounds of both kinds are two SLOs, in a list.
 */
export interface Slo extends OperationSlo {
  readonly operations?: Readonly<Record<string, OperationSlo>>
  /**
   * All bounds of this SLO hold in every window of this length, at least `100ms`, instead of over
   * the whole run. A request belongs to the window in which it was due, but counts for the
   * throughput of the one in which it succeeded. The last window has what is left of the run as
   * well. Windows are judged while the load runs, so the load must be given the SLO; completion and
   * delivery, known only at its end, can't be.
   */
  readonly every?: Duration
  /**
   * Ends the load early once a window has missed a bound, for then the SLO is missed for good; but
   * not before it has been measured for `after`. Only with `every`.
   */
  readonly abortOnFail?: { readonly after: Duration }
}

/** One SLO, or several that all have to be met. */
export type Slos = Slo | readonly Slo[]

/** Which histogram a time bound is about. */
export type TimeMetric = 'response' | 'completion'

/** One bound of an SLO, read and checked. */
export type Bound = {
  /** `null`: the workload as a whole. */
  readonly operation: string | null
  /** It holds in every window of this length; `null`: over the whole run. */
  readonly everyMs: number | null
  /** Missing it ends the load, but not before it was measured for so long; `null`: it doesn't. */
  readonly abortAfterMs: number | null
  /** Whether it is one of `defaultBounds`. */
  readonly isDefault: boolean
} & (
  | {
      readonly kind: 'time'
      readonly metric: TimeMetric
      readonly percentile: Percentile
      readonly belowMs: number
    }
  /** Of 1: all of them. */
  | { readonly kind: 'success rate'; readonly above: number }
  | { readonly kind: 'throughput'; readonly side: 'min' | 'max'; readonly perSecond: number }
  | { readonly kind: 'delivery rate'; readonly above: number }
)

/** Shorter windows would be judged by next to no requests, and cost memory for each that is still open. */
const SHORTEST_WINDOW_MS = 100

/**
 * Reads SLOs as a list of bounds.
 * @throws InputError for anything but an SLO or a list of them, for keys that don't exist, for a bound
 *   that could never be met, missed or judged, and for an SLO or a part of one without any bound.
 */
export function readSlo(slos: Slos): readonly Bound[] {
  const all = isList(slos) ? slos : [slos]
  if (all.length === 0) noBound('SLO')
  return all.flatMap(readOne)
}

function isList(slos: Slos): slos is readonly Slo[] {
  return Array.isArray(slos)
}

const BOUND_KEYS = Object.keys({
  response: true,
  completion: true,
  successRate: true,
  throughput: true,
  delivery: true,
} satisfies Record<keyof OperationSlo, true>)

const SLO_KEYS = [
  ...BOUND_KEYS,
  ...Object.keys({ operations: true, every: true, abortOnFail: true } satisfies Record<
    Exclude<keyof Slo, keyof OperationSlo>,
    true
  >),
]

function readOne(slo: Slo): readonly Bound[] {
  checkKeys(slo, 'SLO', SLO_KEYS)
  const when = readWhen(slo)
  const bounds = readOperationSlo(slo, null, when)
  if (slo.operations !== undefined) {
    checkObject(slo.operations, 'SLO: operations', ['an SLO of each operation, by its name'])
    const named = Object.entries(slo.operations)
    if (named.length === 0)
      noBound('SLO: operations', "{ register: { response: { p95: '10ms' } } }")
    for (const [operation, operationSlo] of named) {
      const where = `SLO of ${operation}`
      checkKeys(operationSlo, where, BOUND_KEYS)
      const ofOperation = readOperationSlo(operationSlo, operation, when)
      if (ofOperation.length === 0) noBound(where)
      bounds.push(...ofOperation)
    }
  }
  if (bounds.length === 0) noBound('SLO')
  return bounds
}

function noBound(where: string, example = "{ response: { p95: '10ms' } }"): never {
  throw new InputError(`${where}: no bound is given. Give one, such as ${example}.`)
}

type When = Pick<Bound, 'everyMs' | 'abortAfterMs'>

function readWhen({ every, abortOnFail }: Slo): When {
  if (abortOnFail !== undefined) checkKeys(abortOnFail, 'SLO: abortOnFail', ['after'])
  if (every === undefined) {
    if (abortOnFail === undefined) return { everyMs: null, abortAfterMs: null }
    throw new InputError(
      "SLO: abortOnFail: a bound on the whole run is judged at its end. Add every, such as every: '5s'.",
    )
  }
  const everyMs = parseDurationMs(every, 'SLO: every')
  if (everyMs < SHORTEST_WINDOW_MS) {
    throw new InputError(
      `SLO: every: ${every} is too short a window; ${SHORTEST_WINDOW_MS}ms is the least.`,
    )
  }
  const abortAfterMs =
    abortOnFail === undefined ? null : parseDurationMs(abortOnFail.after, 'SLO: abortOnFail.after')
  return { everyMs, abortAfterMs }
}

function readOperationSlo(slo: OperationSlo, operation: string | null, when: When): Bound[] {
  const where = operation === null ? 'SLO' : `SLO of ${operation}`
  const common = { operation, ...when, isDefault: false }
  for (const metric of ['completion', 'delivery'] as const) {
    if (when.everyMs === null || slo[metric] === undefined) continue
    throw new InputError(
      `${where}: ${metric}: receivers are asked when the load has ended, so it can't be judged by window. Put it into an SLO without every, beside this one: [{ … }, { …, every }].`,
    )
  }
  const bounds: Bound[] = []
  for (const metric of ['response', 'completion'] as const) {
    const times = slo[metric]
    if (times === undefined) continue
    for (const bound of readTimes(times, `${where}: ${metric}`)) {
      bounds.push({ ...common, kind: 'time', metric, ...bound })
    }
  }
  if (slo.successRate !== undefined) {
    const above = readShare(slo.successRate, `${where}: successRate`)
    bounds.push({ ...common, kind: 'success rate', above })
  }
  if (slo.throughput !== undefined) {
    for (const bound of readThroughput(slo.throughput, `${where}: throughput`)) {
      bounds.push({ ...common, kind: 'throughput', ...bound })
    }
  }
  if (slo.delivery !== undefined) {
    checkKeys(slo.delivery, `${where}: delivery`, ['rate'])
    const above = readShare(slo.delivery.rate, `${where}: delivery.rate`)
    bounds.push({ ...common, kind: 'delivery rate', above })
  }
  return bounds
}

/** The lowest percentile first. */
function readTimes(
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

function readThroughput(
  throughput: NonNullable<OperationSlo['throughput']>,
  where: string,
): readonly { readonly side: 'min' | 'max'; readonly perSecond: number }[] {
  const sides = ['min', 'max'] as const
  checkKeys(throughput, where, sides)
  const bounds = sides.flatMap((side) => {
    const perSecond = throughput[side]
    if (perSecond === undefined) return []
    if (!(Number.isFinite(perSecond) && perSecond > 0)) {
      throw new InputError(
        `${where}.${side}: ${written(perSecond)} must be a number above 0, in requests/s.`,
      )
    }
    return [{ side, perSecond }]
  })
  if (bounds.length === 0) noBound(where, '{ min: 80 }')
  const { min = 0, max = Infinity } = throughput
  if (min > max) throw new InputError(`${where}: min ${min} is above max ${max}: none is between.`)
  return bounds
}

/** A share of 1 means all: everything else is above the share, and nothing is above 1. */
function readShare(share: number, what: string): number {
  if (Number.isFinite(share) && share >= 0 && share <= 1) return share
  throw new InputError(
    `${what}: ${written(share)} must be a number from 0 to 1: 0.99 for more than 99 %, 1 for all.`,
  )
}
