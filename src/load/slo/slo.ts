import {
  type TimeBounds,
  noBound,
  readLimits,
  readRatio,
  readTimes,
  type Limits,
} from './bound-parts.ts'
import { checkKeys, checkObject, wholeNumber } from '../check-fields.ts'
import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import {
  readCheckSlos,
  readMetricSlos,
  readTagSlos,
  type CheckSlos,
  type MetricSlo,
  type NotedBound,
  type TagSlos,
} from './noted-slo.ts'
import type { Percentile } from './percentile.ts'

/** Bounds on an operation or a whole workload. Omitted bounds are not judged. */
export interface OperationSlo {
  /** Upper bounds on the response time (intended start → done). */
  readonly response?: TimeBounds
  /** Upper bounds on the completion (intended start → last recipient's receipt). */
  readonly completion?: TimeBounds
  /** The ratio of the planned requests that succeed exceeds this, 0 to 1. At 1, all succeed. */
  readonly successRate?: number
  /** Successful requests/s; limits included. */
  readonly throughput?: Limits
  /** The ratio of the expected receipts that arrive exceeds `rate`, 0 to 1. At 1, all arrive. */
  readonly delivery?: { readonly rate: number }
  /**
   * The longest stretch without a success is at most this long: from the first request that is due after a success, to the
   * next success.
   */
  readonly unavailable?: Duration
  /**
   * At most so many of the promises that requests were given are broken, such as registrations that were acknowledged
   * and are gone. Only for operations that check their promises.
   */
  readonly lost?: number
  /** Minimum ratios of checks that pass: `{ 'has a body': { min: 0.99 } }`. */
  readonly checks?: CheckSlos
  /** Bounds on requests with a value of a tag: `{ cache: { hit: { response: { p95: '5ms' } } } }`. */
  readonly tags?: TagSlos
}

/**
 * A service-level objective: bounds on the whole workload and on single operations.
 *
 *     { response: { p99: '20ms' }, successRate: 0.999 }                   over the whole run
 *     { response: { p99: '50ms' }, every: '5s' }                          in every 5 s of it
 *     { response: { p99: '50ms' }, every: '5s', abortOnFail: { after: '10s' } }
 *
 * To combine both kinds of bounds, write a list of SLOs.
 */
export interface Slo extends OperationSlo {
  /** Bounds on metrics, in their units: `{ ttfb: { p95: 20 }, bytes: { perSecond: { min: 1e6 } } }`. */
  readonly metrics?: Readonly<Record<string, MetricSlo>>
  readonly operations?: Readonly<Record<string, OperationSlo>>
  /**
   * All bounds of this SLO must hold in every window of this length, at least `100ms`, instead of over
   * the whole run. A request belongs to the window in which it was due, but counts for the
   * throughput of the window in which it succeeded. The last window includes the remainder of the
   * run. Windows are judged while the load runs, so pass the SLO to the load. Completion, delivery,
   * `unavailable`, `lost`, checks, tags and metrics can't be judged per window.
   */
  readonly every?: Duration
  /**
   * Ends the load early once a window has missed a bound, because the SLO is then certainly missed,
   * but not before the load has been measured for `after`. Only with `every`.
   */
  readonly abortOnFail?: { readonly after: Duration }
  /**
   * The time from a fault of the load until all windows meet the other bounds of this SLO again. Windows within that time
   * after a fault may miss those; no other may. Only with `every`, and in a load with `faults`.
   */
  readonly recovery?: Duration
}

/** One SLO, or several that all have to be met. */
export type Slos = Slo | readonly Slo[]

/** The histogram that a time bound limits. */
export type TimeMetric = 'response' | 'completion'

/** One bound of an SLO, read and checked. */
export type Bound = RequestBound | NotedBound

/** One bound on requests and what became of them. */
export type RequestBound = {
  /** `null`: the workload as a whole. */
  readonly operation: string | null
  /** The length of the windows in which it must hold; `null`: over the whole run. */
  readonly everyMs: number | null
  /** A miss aborts the load once it has been measured for this long; `null`: it never does. */
  readonly abortAfterMs: number | null
  /** Whether it is one of `defaultBounds`. */
  readonly isDefault: boolean
  /** Windows that begin within this time after a fault may miss it. Absent: none may. */
  readonly recoveryMs?: number | undefined
} & (
  | {
      readonly kind: 'time'
      readonly metric: TimeMetric
      readonly percentile: Percentile
      readonly belowMs: number
    }
  /** At 1: all of them. */
  | { readonly kind: 'success rate'; readonly above: number }
  | { readonly kind: 'throughput'; readonly side: 'min' | 'max'; readonly perSecond: number }
  | { readonly kind: 'delivery rate'; readonly above: number }
  /** The longest stretch without a success. */
  | { readonly kind: 'unavailable'; readonly atMostMs: number }
  /** Broken promises. */
  | { readonly kind: 'lost'; readonly atMost: number }
  /** From a fault until all windows with the same `recoveryMs` meet their bounds. */
  | { readonly kind: 'recovery'; readonly recoveryMs: number }
)

/** Shorter windows would have too few requests, and each open window costs memory. */
const MIN_WINDOW_MS = 100

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
  unavailable: true,
  lost: true,
  checks: true,
  tags: true,
} satisfies Record<keyof OperationSlo, true>)

const SLO_KEYS = [
  ...BOUND_KEYS,
  ...Object.keys({
    operations: true,
    metrics: true,
    every: true,
    abortOnFail: true,
    recovery: true,
  } satisfies Record<Exclude<keyof Slo, keyof OperationSlo>, true>),
]

function readOne(slo: Slo): readonly Bound[] {
  checkKeys(slo, 'SLO', SLO_KEYS)
  const when = readWhen(slo)
  const bounds = readOperationSlo(slo, null, when)
  if (slo.metrics !== undefined) {
    refuseWindows(when, 'SLO: metrics')
    bounds.push(...readMetricSlos(slo.metrics, 'SLO: metrics'))
  }
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
  const { recoveryMs, everyMs } = when
  if (recoveryMs === undefined) return bounds
  const recovery = { operation: null, everyMs, abortAfterMs: null, isDefault: false, recoveryMs }
  return [...bounds, { kind: 'recovery', ...recovery }]
}

type When = Pick<RequestBound, 'everyMs' | 'abortAfterMs' | 'recoveryMs'>

function readWhen({ every, abortOnFail, recovery }: Slo): When {
  if (abortOnFail !== undefined) checkKeys(abortOnFail, 'SLO: abortOnFail', ['after'])
  if (every === undefined) {
    if (recovery !== undefined) {
      throw new InputError(
        "SLO: recovery: it is the time until every window meets the SLO again. Add every, such as every: '1s'.",
      )
    }
    if (abortOnFail === undefined) return { everyMs: null, abortAfterMs: null }
    throw new InputError(
      "SLO: abortOnFail: a bound on the whole run is judged at its end. Add every, such as every: '5s'.",
    )
  }
  const everyMs = parseDurationMs(every, 'SLO: every')
  if (everyMs < MIN_WINDOW_MS) {
    throw new InputError(
      `SLO: every: ${every} is too short for a window. The minimum is ${MIN_WINDOW_MS}ms.`,
    )
  }
  const abortAfterMs =
    abortOnFail === undefined ? null : parseDurationMs(abortOnFail.after, 'SLO: abortOnFail.after')
  if (recovery === undefined) return { everyMs, abortAfterMs }
  const recoveryMs = parseDurationMs(recovery, 'SLO: recovery')
  if (recoveryMs < everyMs) {
    throw new InputError(
      `SLO: recovery: ${recovery} is shorter than a window, so a fault could never miss it in one. Choose at least ${every}, or shorter windows.`,
    )
  }
  return { everyMs, abortAfterMs, recoveryMs }
}

function readOperationSlo(slo: OperationSlo, operation: string | null, when: When): Bound[] {
  const where = operation === null ? 'SLO' : `SLO of ${operation}`
  const common = { operation, ...when, isDefault: false }
  for (const metric of ['completion', 'delivery', 'unavailable', 'lost'] as const) {
    if (when.everyMs === null || slo[metric] === undefined) continue
    throw new InputError(
      `${where}: ${metric}: it is known only when the load has ended, so it can't be judged per window. Put it in a separate SLO without every: [{ … }, { …, every }].`,
    )
  }
  for (const notes of ['checks', 'tags'] as const) {
    if (slo[notes] !== undefined) refuseWindows(when, `${where}: ${notes}`)
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
    const above = readRatio(slo.successRate, `${where}: successRate`)
    bounds.push({ ...common, kind: 'success rate', above })
  }
  if (slo.throughput !== undefined) {
    const limits = readLimits(slo.throughput, `${where}: throughput`, isRate, RATE)
    for (const { side, limit } of limits) {
      bounds.push({ ...common, kind: 'throughput', side, perSecond: limit })
    }
  }
  if (slo.delivery !== undefined) {
    checkKeys(slo.delivery, `${where}: delivery`, ['rate'])
    const above = readRatio(slo.delivery.rate, `${where}: delivery.rate`)
    bounds.push({ ...common, kind: 'delivery rate', above })
  }
  if (slo.unavailable !== undefined) {
    const atMostMs = parseDurationMs(slo.unavailable, `${where}: unavailable`)
    if (atMostMs === 0) {
      throw new InputError(
        `${where}: unavailable: every request takes longer than ${slo.unavailable}.`,
      )
    }
    bounds.push({ ...common, kind: 'unavailable', atMostMs })
  }
  if (slo.lost !== undefined) {
    const [atMost, whereLost] = [slo.lost, `${where}: lost`]
    wholeNumber(0)(atMost, whereLost)
    bounds.push({ ...common, kind: 'lost', atMost })
  }
  if (slo.checks !== undefined) {
    bounds.push(...readCheckSlos(slo.checks, operation, `${where}: checks`))
  }
  if (slo.tags !== undefined) bounds.push(...readTagSlos(slo.tags, operation, `${where}: tags`))
  return bounds
}

const RATE = 'a number above 0, in requests/s'

function isRate(perSecond: number): boolean {
  return Number.isFinite(perSecond) && perSecond > 0
}

function refuseWindows({ everyMs }: When, where: string): void {
  if (everyMs === null) return
  throw new InputError(
    `${where}: it is judged over the whole run, not per window. Put it in a separate SLO without every: [{ … }, { …, every }].`,
  )
}
