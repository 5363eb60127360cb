import { parseDurationMs, type Duration } from './duration.ts'
import { InputError } from './input-error.ts'

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

/** A service-level objective: bounds on the workload as a whole, and on single operations of it. */
export interface Slo extends OperationSlo {
  readonly operations?: Readonly<Record<string, OperationSlo>>
}

/** Which histogram a time bound is about. */
export type TimeMetric = 'response' | 'completion'

/** One bound of an SLO, read and checked. */
export type Bound = {
  /** `null`: the workload as a whole. */
  readonly operation: string | null
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

/**
 * Reads an SLO as a list of bounds.
 * @throws InputError for a bound that could never be met or missed, or an SLO without any.
 */
export function readSlo(slo: Slo): readonly Bound[] {
  const bounds = readOperationSlo(slo, null)
  for (const [operation, operationSlo] of Object.entries(slo.operations ?? {})) {
    bounds.push(...readOperationSlo(operationSlo, operation))
  }
  if (bounds.length === 0) {
    throw new InputError("SLO: no bound is given. Give one, such as { response: { p95: '10ms' } }.")
  }
  return bounds
}

function readOperationSlo(slo: OperationSlo, operation: string | null): Bound[] {
  const where = operation === null ? 'SLO' : `SLO of ${operation}`
  const bounds: Bound[] = []
  for (const metric of ['response', 'completion'] as const) {
    for (const percentile of PERCENTILES) {
      const text = slo[metric]?.[percentile.key]
      if (text === undefined) continue
      const belowMs = parseDurationMs(text, `${where}: ${metric}.${percentile.key}`)
      if (belowMs === 0) {
        throw new InputError(`${where}: ${metric}.${percentile.key}: no time is below 0.`)
      }
      bounds.push({ operation, kind: 'time', metric, percentile, belowMs })
    }
  }
  if (slo.successRate !== undefined) {
    const above = readShare(slo.successRate, `${where}: successRate`)
    bounds.push({ operation, kind: 'success rate', above })
  }
  for (const side of ['min', 'max'] as const) {
    const perSecond = slo.throughput?.[side]
    if (perSecond === undefined) continue
    if (!(perSecond > 0)) {
      throw new InputError(`${where}: throughput.${side}: ${perSecond} must be above 0 requests/s.`)
    }
    bounds.push({ operation, kind: 'throughput', side, perSecond })
  }
  if (slo.delivery !== undefined) {
    const above = readShare(slo.delivery.rate, `${where}: delivery.rate`)
    bounds.push({ operation, kind: 'delivery rate', above })
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
