import type { OperationName } from '../operations/operations.ts'
import type { PairEstimate } from './pair-estimate.ts'

/**
 * The metrics of pairs, per call of an operation.
 * - `latency`: the median time of a call;
 * - `cpu`: CPU time of the process, by short blocks of calls;
 * - `deferred cpu`: the same including work deferred by up to about 100 ms, by long blocks;
 * - `allocated`: bytes of heap;
 * - `idle cpu`: CPU time without any calls, in cores. Not per call.
 */
export const PAIR_METRICS = ['latency', 'cpu', 'deferred cpu', 'allocated', 'idle cpu'] as const
export type PairMetric = (typeof PAIR_METRICS)[number]

/** One process's figures for one metric. */
export interface PairFigures {
  readonly baseline: number
  readonly candidate: number
  /** Relative, 0.05 is 5 % more; of idle CPU the difference, 0.05 is 5 % of a core more. */
  readonly change: number
  /** The same in the metric's unit. */
  readonly difference: number
}

/** `null` if the process couldn't measure the metric. */
export function figuresOf(estimate: PairEstimate, metric: PairMetric): PairFigures | null {
  switch (metric) {
    case 'latency': {
      const figures = relative(estimate.latency)
      return figures && { ...figures, difference: estimate.latency.differenceUs / 1_000 }
    }
    case 'cpu':
      return relative(estimate.cpu)
    case 'deferred cpu':
      return relative(estimate.cpuWithDeferred)
    case 'allocated':
      return relative(estimate.allocated)
    case 'idle cpu': {
      const { baseline, candidate } = estimate.idleCpu
      const difference = (candidate - baseline) / 1_000
      return {
        baseline: baseline / 1_000,
        candidate: candidate / 1_000,
        change: difference,
        difference,
      }
    }
  }
}

function relative(change: PairEstimate['cpu']): PairFigures | null {
  if (change === null) return null
  const { baseline, candidate, logRatio } = change
  const ratio = Math.expm1(logRatio)
  return { baseline, candidate, change: ratio, difference: baseline * ratio }
}

/**
 * The smallest median over processes that is a regression. At least the value that the median of five
 * processes comparing a version with itself exceeds once in 1,000 times, from 200 such processes per
 * operation on two busy cores; more where smaller changes are irrelevant. Checked by
 * `npm run gate:selftest -- --real`.
 */
export function thresholdOf(metric: PairMetric, operation: OperationName): number {
  switch (metric) {
    case 'latency':
      return 0.025
    case 'cpu':
      return operation === 'multicast' || operation === 'enumerate' ? 0.08 : 0.05
    case 'deferred cpu':
      return 0.3
    case 'allocated':
      return 0.05
    case 'idle cpu':
      return 0.05
  }
}
