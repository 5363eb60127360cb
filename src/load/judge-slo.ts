import type { Histogram } from 'hdr-histogram-js'
import { percentileMs, sumOf } from './histogram.ts'
import { InputError } from './input-error.ts'
import type { LoadResult, OperationResult } from './result.ts'
import type { Bound, TimeMetric } from './slo.ts'
import { throughputPerSecond } from './totals.ts'

/**
 * `met`; `missed` by the system; or `inconclusive`: missed only because the generator was late,
 * or the figure could not be measured.
 */
export type SloOutcome = 'met' | 'missed' | 'inconclusive'

/** One bound beside what was measured. */
export interface SloRow {
  /** The operation's name, or `all` for the whole workload. */
  readonly operation: string
  /** e.g. `response P95`, `throughput`, `success rate`, `delivery rate`. */
  readonly metric: string
  readonly unit: 'ms' | '1/s' | 'ratio'
  readonly comparison: '<' | '>' | '>=' | '<='
  readonly bound: number
  /** `null` if there was nothing to measure. */
  readonly measured: number | null
  readonly outcome: SloOutcome
}

/**
 * Holds a measurement against the bounds of its SLO, the worst first: missed before inconclusive
 * before met, and within each, by how much of the bound is used up.
 * @throws InputError if a bound names an operation that the workload doesn't have.
 */
export function judgeSlo(result: LoadResult, bounds: readonly Bound[]): readonly SloRow[] {
  return bounds
    .map((bound) => judgeBound(result, bound))
    .toSorted((a, b) => RANK[a.outcome] - RANK[b.outcome] || usedUp(b) - usedUp(a))
}

/** The smallest bound on a response time, in ms; `null` if there is none. */
export function tightestResponseBoundMs(bounds: readonly Bound[]): number | null {
  const all = bounds.flatMap((bound) => (bound.kind === 'time' ? [bound.belowMs] : []))
  return all.length === 0 ? null : Math.min(...all)
}

const RANK: Readonly<Record<SloOutcome, number>> = { missed: 0, inconclusive: 1, met: 2 }

function judgeBound(result: LoadResult, bound: Bound): SloRow {
  const operations = operationsOf(result, bound)
  const [only, ...others] = result.operations.keys()
  const operation = bound.operation ?? (others.length === 0 && only !== undefined ? only : 'all')
  switch (bound.kind) {
    case 'time':
      return judgeTime(operations, bound, operation)
    case 'success rate': {
      const planned = total(operations, ({ counts }) => counts.planned)
      const ok = total(operations, ({ counts }) => counts.ok)
      const measured = planned === 0 ? null : ok / planned
      return row(operation, 'success rate', 'ratio', '>', bound.above, measured)
    }
    case 'throughput': {
      const measured = throughputPerSecond(result, bound.operation ?? undefined)
      const comparison = bound.side === 'min' ? '>=' : '<='
      return row(operation, 'throughput', '1/s', comparison, bound.perSecond, measured)
    }
    case 'delivery rate': {
      const expected = total(operations, ({ deliveries }) => deliveries?.expected ?? 0)
      const received = total(operations, ({ deliveries }) => deliveries?.received ?? 0)
      const measured = expected === 0 ? null : received / expected
      return row(operation, 'delivery rate', 'ratio', '>', bound.above, measured)
    }
  }
}

/** A response time that only the generator's lateness puts over the bound is not the system's miss. */
function judgeTime(
  operations: readonly OperationResult[],
  bound: Bound & { kind: 'time' },
  operation: string,
): SloRow {
  const { metric, percentile, belowMs } = bound
  const measured = percentileOf(operations, metric, percentile.value)
  const label = `${metric} ${percentile.label}`
  const judged = row(operation, label, 'ms', '<', belowMs, measured)
  if (judged.outcome !== 'missed' || metric !== 'response') return judged
  const service = percentileOf(operations, 'service', percentile.value)
  const isLatenessToBlame = service !== null && service < belowMs
  return isLatenessToBlame ? { ...judged, outcome: 'inconclusive' } : judged
}

function row(
  operation: string,
  metric: string,
  unit: SloRow['unit'],
  comparison: SloRow['comparison'],
  bound: number,
  measured: number | null,
): SloRow {
  const outcome =
    measured === null ? 'inconclusive' : holds(measured, comparison, bound) ? 'met' : 'missed'
  return { operation, metric, unit, comparison, bound, measured, outcome }
}

function holds(measured: number, comparison: SloRow['comparison'], bound: number): boolean {
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

/** Share of the bound that the measured figure uses up: 1 at the bound, more beyond it. */
function usedUp({ measured, comparison, bound }: SloRow): number {
  if (measured === null) return Infinity
  return comparison === '<' || comparison === '<=' ? measured / bound : bound / measured
}

function operationsOf(result: LoadResult, { operation }: Bound): readonly OperationResult[] {
  if (operation === null) return [...result.operations.values()]
  const found = result.operations.get(operation)
  if (found === undefined) {
    const names = [...result.operations.keys()].join(', ')
    throw new InputError(`SLO: there is no operation "${operation}" in this workload: ${names}.`)
  }
  return [found]
}

function percentileOf(
  operations: readonly OperationResult[],
  metric: TimeMetric | 'service',
  percentile: number,
): number | null {
  const histograms = operations.flatMap((operation): Histogram[] => {
    if (metric === 'response') return [operation.response]
    if (metric === 'service') return [operation.service]
    return operation.deliveries === null ? [] : [operation.deliveries.completion]
  })
  return percentileMs(sumOf(histograms), percentile)
}

function total(
  operations: readonly OperationResult[],
  count: (operation: OperationResult) => number,
): number {
  return operations.reduce((sum, operation) => sum + count(operation), 0)
}
