import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../input-error.ts'

/** Upper bounds on percentiles of a time. */
export interface TimeBounds {
  readonly p50?: Duration
  readonly p95?: Duration
  readonly p99?: Duration
  readonly p999?: Duration
  readonly max?: Duration
}

/** What an operation, or a whole workload, must hold. Every bound that is left out is not judged. */
export interface OperationSlo {
  /** Response time (intended start → done) is below these. */
  readonly response?: TimeBounds
  /** Completion (intended start → last recipient's receipt) is below these. */
  readonly completion?: TimeBounds
  /** Share of the planned requests that succeeded is above this; 0 to 1. */
  readonly successRate?: number
  /** Successful requests/s, bounds included. */
  readonly throughput?: { readonly min?: number; readonly max?: number }
  /** Share of the expected receipts that arrived is above `rate`; 0 to 1. */
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
  | { readonly kind: 'success rate'; readonly above: number }
  | { readonly kind: 'throughput'; readonly side: 'min' | 'max'; readonly perSecond: number }
  | { readonly kind: 'delivery rate'; readonly above: number }
)

/** A percentile by its name in an SLO, in reports, and as a number from 0 to 100. */
export interface Percentile {
  readonly key: keyof TimeBounds
  readonly label: string
  readonly value: number
}

const PERCENTILES: readonly Percentile[] = [
  { key: 'p50', label: 'P50', value: 50 },
  { key: 'p95', label: 'P95', value: 95 },
  { key: 'p99', label: 'P99', value: 99 },
  { key: 'p999', label: 'P99.9', value: 99.9 },
  { key: 'max', label: 'max', value: 100 },
]

/** Shorter windows would be judged by next to no requests, and cost memory for each that is still open. */
const SHORTEST_WINDOW_MS = 100

/**
 * Reads SLOs as a list of bounds.
 * @throws InputError for a bound that could never be met, missed or judged, or an SLO without any.
 */
export function readSlo(slos: Slos): readonly Bound[] {
  const all = isList(slos) ? slos : [slos]
  const bounds = all.flatMap(readOne)
  if (bounds.length === 0) throw new InputError(`SLO: no bound is given. ${EXAMPLE}`)
  return bounds
}

const EXAMPLE = "Give one, such as { response: { p95: '10ms' } }."

function isList(slos: Slos): slos is readonly Slo[] {
  return Array.isArray(slos)
}

function readOne(slo: Slo): readonly Bound[] {
  const when = readWhen(slo)
  const bounds = readOperationSlo(slo, null, when)
  for (const [operation, operationSlo] of Object.entries(slo.operations ?? {})) {
    bounds.push(...readOperationSlo(operationSlo, operation, when))
  }
  if (bounds.length === 0) throw new InputError(`SLO: no bound is given. ${EXAMPLE}`)
  return bounds
}

type When = Pick<Bound, 'everyMs' | 'abortAfterMs'>

function readWhen({ every, abortOnFail }: Slo): When {
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
    for (const percentile of PERCENTILES) {
      const text = slo[metric]?.[percentile.key]
      if (text === undefined) continue
      const belowMs = parseDurationMs(text, `${where}: ${metric}.${percentile.key}`)
      if (belowMs === 0) {
        throw new InputError(`${where}: ${metric}.${percentile.key}: no time is below 0.`)
      }
      bounds.push({ ...common, kind: 'time', metric, percentile, belowMs })
    }
  }
  if (slo.successRate !== undefined) {
    const above = readShare(slo.successRate, `${where}: successRate`)
    bounds.push({ ...common, kind: 'success rate', above })
  }
  for (const side of ['min', 'max'] as const) {
    const perSecond = slo.throughput?.[side]
    if (perSecond === undefined) continue
    if (!(perSecond > 0 && Number.isFinite(perSecond))) {
      throw new InputError(`${where}: throughput.${side}: ${perSecond} must be above 0 requests/s.`)
    }
    bounds.push({ ...common, kind: 'throughput', side, perSecond })
  }
  if (slo.delivery !== undefined) {
    const above = readShare(slo.delivery.rate, `${where}: delivery.rate`)
    bounds.push({ ...common, kind: 'delivery rate', above })
  }
  return bounds
}

function readShare(share: number, what: string): number {
  if (!(share >= 0 && share < 1)) {
    throw new InputError(
      `${what}: ${share} must be at least 0 and less than 1, for the measured share has to be above it. 99 % is 0.99.`,
    )
  }
  return share
}
