import { isNoted, type MetricFigure, type NotedBound } from './noted-slo.ts'
import type { Bound } from './slo.ts'
import type { SloRow } from './slo-row.ts'

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
    case 'unavailable':
      return { operation, metric: bound.kind, unit: 'ms', comparison: '<=', bound: bound.atMostMs }
    case 'lost':
      return {
        operation,
        metric: bound.kind,
        unit: 'number',
        comparison: '<=',
        bound: bound.atMost,
      }
    case 'recovery':
      return {
        operation,
        metric: bound.kind,
        unit: 'ms',
        comparison: '<=',
        bound: bound.recoveryMs,
      }
    case 'success rate':
    case 'delivery rate':
      return { operation, metric: bound.kind, ...moreThan(bound.above) }
    case 'tag success rate':
      return { operation, metric: `success rate, ${tagOf(bound)}`, ...moreThan(bound.above) }
    case 'tag time': {
      const metric = `response ${bound.percentile.label}, ${tagOf(bound)}`
      return { operation, metric, unit: 'ms', comparison: '<', bound: bound.belowMs }
    }
    case 'check rate': {
      const metric = `check "${bound.check}"`
      return { operation, metric, unit: 'ratio', comparison: '>=', bound: bound.atLeast }
    }
    case 'metric': {
      const metric = `${bound.metric}, ${figureName(bound.figure)}`
      // A histogram rounds values up by as much as 0.1 %, so a bound is never included.
      const most = typeof bound.figure === 'string' ? '<=' : '<'
      const comparison = bound.side === 'min' ? '>=' : most
      return { operation: 'all', metric, unit: 'number', comparison, bound: bound.limit }
    }
  }
}

/** Within which time after a fault windows may miss a bound. The recovery is a bound on that time itself. */
export function windowRecoveryMs(bound: Bound): number | undefined {
  return bound.kind === 'recovery' || isNoted(bound) ? undefined : bound.recoveryMs
}

/** Nothing is above all. */
function moreThan(ratio: number): Pick<BoundRow, 'unit' | 'comparison' | 'bound'> {
  return { unit: 'ratio', comparison: ratio === 1 ? '>=' : '>', bound: ratio }
}

function tagOf({ tag, value }: Extract<NotedBound, { readonly tag: string }>): string {
  return `${tag}=${value}`
}

function figureName(figure: MetricFigure): string {
  return typeof figure === 'string' ? figure : figure.label
}
