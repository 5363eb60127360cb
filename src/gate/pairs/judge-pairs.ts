import { medianOf } from '../../stats/quantile.ts'
import type { OperationName } from '../operations/operations.ts'
import type { Phase } from '../operations/version-failure.ts'
import type { PairEnding, PairEstimate } from './pair-estimate.ts'
import {
  figuresOf,
  PAIR_METRICS,
  thresholdOf,
  type PairFigures,
  type PairMetric,
} from './pair-metric.ts'
import type { VersionName } from '../versions/both.ts'

/** Endings of one operation's processes, in chronological order. */
export type Endings = readonly PairEnding[]

/** Processes per operation: at first, and at most if those don't decide. */
export const PROCESSES = { first: 5, most: 10 } as const

/** A version fails only if two processes do: one may be due to a restarted server. */
const MIN_FAILURES = 2

/** The evidence of the processes for one metric of one operation. */
export interface PairEvidence {
  readonly processes: number
  /** Median over the processes of the baseline's median, in ms, µs, bytes or cores. */
  readonly baseline: number
  /** Median over the processes of the paired estimates. */
  readonly change: number
  /** The same in the metric's unit: ms, µs, bytes or cores. */
  readonly difference: number
  /** The interval of the change: the lowest and highest of five processes, the second ones of ten. */
  readonly lower: number
  readonly upper: number
  /** Probability that the interval contains the true median: 0.9375 with five processes, 0.979 with ten. */
  readonly confidence: number
  /** A change this large counts; a pass excludes twice as much. */
  readonly threshold: number
}

export type PairVerdict =
  | { readonly kind: 'pass' | 'regression' | 'improvement'; readonly evidence: PairEvidence }
  /** The processes neither agree on a change nor exclude twice the threshold, or too few could measure it. */
  | { readonly kind: 'inconclusive'; readonly evidence: PairEvidence }
  /** No process could measure it. */
  | { readonly kind: 'unknown' }

export interface JudgedPairs {
  readonly operation: OperationName
  readonly metric: PairMetric
  readonly verdict: PairVerdict
}

/** The state of one operation: a pure function of its processes' endings. */
export type PairState =
  /** More processes are needed for a decision. */
  | { readonly kind: 'processes wanted'; readonly count: number }
  | { readonly kind: 'judged'; readonly metrics: readonly JudgedPairs[] }
  /** A version failed repeatedly, so nothing can be compared. The error is the last one. */
  | {
      readonly kind: 'failed'
      readonly version: VersionName
      readonly phase: Phase
      readonly error: string
    }

/**
 * Judges one operation. Five processes decide if they agree. If a median lies near its threshold, or they
 * scatter too much, five more run and all ten decide:
 *
 * | | five | ten |
 * |---|---|---|
 * | regression | median ≥ threshold, and all ≥ half of it | median ≥ threshold, and all but one > 0 |
 * | pass | median < 0.6 thresholds, and all < two | median < threshold, and all but one < two |
 * | inconclusive | five more run | otherwise |
 *
 * A one-sample test on so few processes would have either false alarms or no power. A failed process is
 * repeated; a metric that fewer than five processes could measure is inconclusive.
 * @param most the maximum number of processes.
 */
export function judgePairs(
  operation: OperationName,
  endings: Endings,
  most: number = PROCESSES.most,
): PairState {
  const failures = endings.filter((ending) => ending.kind === 'failed')
  for (const version of ['candidate', 'baseline'] as const) {
    const own = failures.filter((failure) => failure.version === version)
    const last = own.at(-1)
    if (last !== undefined && own.length >= MIN_FAILURES) return last
  }
  const estimates = endings.flatMap((ending) =>
    ending.kind === 'measured' ? [ending.estimate] : [],
  )
  const missing = PROCESSES.first - estimates.length
  if (missing > 0) return { kind: 'processes wanted', count: missing }
  const isLast = estimates.length >= most
  const metrics = PAIR_METRICS.map((metric) => ({
    operation,
    metric,
    verdict: judgeMetric(thresholdOf(metric, operation), metric, estimates, isLast),
  }))
  const isOpen = metrics.some(({ verdict }) => verdict.kind === 'inconclusive')
  // Open metrics couldn't undo a regression.
  const isRegression = metrics.some(({ verdict }) => verdict.kind === 'regression')
  if (isOpen && !isLast && !isRegression) {
    return { kind: 'processes wanted', count: most - estimates.length }
  }
  return { kind: 'judged', metrics }
}

/** Five processes pass only below this ratio of the threshold. */
const MAX_OF_FIVE = 0.6

function judgeMetric(
  threshold: number,
  metric: PairMetric,
  estimates: readonly PairEstimate[],
  isLast: boolean,
): PairVerdict {
  const figures = estimates.flatMap((estimate) => figuresOf(estimate, metric) ?? [])
  if (figures.length === 0) return { kind: 'unknown' }
  const evidence = evidenceOf(figures, threshold)
  const { change, lower, upper } = evidence
  if (figures.length < PROCESSES.first) return { kind: 'inconclusive', evidence }
  const margin = isLast ? 0 : threshold / 2
  if (change >= threshold && lower > margin) return { kind: 'regression', evidence }
  if (change <= -threshold && upper < -margin) return { kind: 'improvement', evidence }
  const isClear = isLast ? change < threshold : Math.abs(change) < MAX_OF_FIVE * threshold
  const kind = isClear && upper < 2 * threshold ? 'pass' : 'inconclusive'
  return { kind, evidence }
}

/**
 * The interval of a median by order statistics: the k-th lowest and k-th highest of n values contain the
 * median with probability 1 − 2·P(Bin(n, ½) < k). Source: David & Nagaraja, Order Statistics, 7.1.
 */
function evidenceOf(figures: readonly PairFigures[], threshold: number): PairEvidence {
  const changes = figures.map(({ change }) => change).toSorted((a, b) => a - b)
  const n = changes.length
  const k = n < PROCESSES.most ? 1 : 2
  const outside = k === 1 ? 2 * 0.5 ** n : 2 * (1 + n) * 0.5 ** n
  return {
    processes: n,
    baseline: medianOf(figures.map(({ baseline }) => baseline)),
    change: medianOf(changes),
    difference: medianOf(figures.map(({ difference }) => difference)),
    lower: changes[k - 1] ?? -Infinity,
    upper: changes[n - k] ?? Infinity,
    confidence: Math.max(1 - outside, 0),
    threshold,
  }
}
