import type { Histogram } from 'hdr-histogram-js'
import { percentileMs } from '../recording/histogram.ts'
import type { Bound } from './slo.ts'
import type { SloRow } from './slo-row.ts'

/** What bounds are held against: one operation or all of them, over a run or one window of it. */
export interface SloFigures {
  readonly planned: number
  readonly ok: number
  /** How long it was measured. */
  readonly measuredMs: number
  /** Requests that succeeded within that time. */
  readonly okInTime: number
  /** Due in that time, but started after it: the generator was late. */
  readonly startedLater: number
  /** Due before that time, but started in it. */
  readonly startedFromEarlier: number
  readonly response: Histogram
  readonly service: Histogram
  readonly lateness: Histogram
  readonly completion: Histogram
  readonly receipts: { readonly expected: number; readonly received: number }
}

/** A bound as a row that is yet to be judged. */
export type BoundRow = Pick<SloRow, 'operation' | 'metric' | 'unit' | 'comparison' | 'bound'>

/** @param operations the workload's; a bound on all of a single one bears its name. */
export function rowOf(bound: Bound, operations: readonly string[]): BoundRow {
  const [only, ...others] = operations
  const operation = bound.operation ?? (others.length === 0 && only !== undefined ? only : 'all')
  switch (bound.kind) {
    case 'time': {
      const metric = `${bound.metric} ${bound.percentile.label}`
      return { operation, metric, unit: 'ms', comparison: '<', bound: bound.belowMs }
    }
    case 'throughput': {
      const comparison = bound.side === 'min' ? '>=' : '<='
      return { operation, metric: bound.kind, unit: '1/s', comparison, bound: bound.perSecond }
    }
    case 'success rate':
    case 'delivery rate': {
      // Nothing is above all.
      const comparison = bound.above === 1 ? '>=' : '>'
      return { operation, metric: bound.kind, unit: 'ratio', comparison, bound: bound.above }
    }
  }
}

/**
 * Holds figures against one bound. A bound that is met in spite of lateness is met; one that is
 * missed, but would be met by the same requests had they been started on time, is inconclusive.
 */
export function judgeBound(
  figures: SloFigures,
  bound: Bound,
  operations: readonly string[],
): SloRow {
  const row = rowOf(bound, operations)
  const { measured, punctual } = measure(figures, bound)
  const outcome =
    measured === null
      ? 'inconclusive'
      : holds(measured, row)
        ? 'met'
        : punctual !== null && holds(punctual, row)
          ? 'inconclusive'
          : 'missed'
  return { ...row, measured, punctual, outcome, windows: null }
}

/** A figure, and what it would have been had every request been started on time. */
interface Measured {
  readonly measured: number | null
  readonly punctual: number | null
}

function measure(figures: SloFigures, bound: Bound): Measured {
  const { planned, ok, receipts } = figures
  switch (bound.kind) {
    case 'time':
      return measureTime(figures, bound)
    case 'throughput':
      return measureThroughput(figures, bound.side)
    case 'success rate':
      return { measured: planned === 0 ? null : ok / planned, punctual: null }
    case 'delivery rate': {
      const { expected, received } = receipts
      return { measured: expected === 0 ? null : received / expected, punctual: null }
    }
  }
}

/**
 * A response time without its lateness is the service time. Of completions only the sum is known:
 * as a rule the latest starts are the latest completions, and their percentiles are subtracted.
 */
function measureTime(figures: SloFigures, bound: Bound & { kind: 'time' }): Measured {
  const percentile = bound.percentile.value
  if (bound.metric === 'response') {
    return {
      measured: percentileMs(figures.response, percentile),
      punctual: percentileMs(figures.service, percentile),
    }
  }
  const measured = percentileMs(figures.completion, percentile)
  const lateness = percentileMs(figures.lateness, percentile)
  const isKnown = measured !== null && lateness !== null
  return { measured, punctual: isKnown ? Math.max(measured - lateness, 0) : null }
}

/** Requests that were started late, or late from before, would at best have succeeded in their own time. */
function measureThroughput(figures: SloFigures, side: 'min' | 'max'): Measured {
  const { measuredMs, okInTime, startedLater, startedFromEarlier } = figures
  if (measuredMs === 0) return { measured: null, punctual: null }
  const moved = side === 'min' ? startedLater : -Math.min(startedFromEarlier, okInTime)
  return {
    measured: (okInTime * 1_000) / measuredMs,
    punctual: ((okInTime + moved) * 1_000) / measuredMs,
  }
}

function holds(measured: number, { comparison, bound }: BoundRow): boolean {
  switch (comparison) {
    case '<':
      return measured < bound
    case '<=':
      return measured <= bound
    case '>':
      return measured > bound
    case '>=':
      return measured >= bound
  }
}
