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

/** Endings of processes, all of one operation, in the order in which they were made. */
export type Endings = readonly PairEnding[]

/** Processes per operation at first, and if they don't decide. */
export const PROCESSES = { first: 5, most: 10 } as const

/** A version fails if it does so in two processes: one may have met a server that was restarted. */
const FAILURES = 2

/** What the processes show of one metric of one operation. */
export interface PairEvidence {
  readonly processes: number
  /** Median over the processes of the baseline's median, in ms, µs, bytes or shares of a core. */
  readonly baseline: number
  /** Median over the processes of the paired estimates. */
  readonly change: number
  /** The same in the metric's unit: ms, µs, bytes or shares of a core. */
  readonly difference: number
  /** The interval of the change: lowest and highest of five processes, second of ten. */
  readonly lower: number
  readonly upper: number
  /** That the interval holds the true median: 0.9375 of five processes, 0.979 of ten. */
  readonly confidence: number
  /** A change this large counts; a pass excludes twice as much. */
  readonly threshold: number
}

export type PairVerdict =
  | { readonly kind: 'pass' | 'regression' | 'improvement'; readonly evidence: PairEvidence }
  /** The processes agree on no change and can't exclude twice the threshold, or too few could measure it. */
  | { readonly kind: 'inconclusive'; readonly evidence: PairEvidence }
  /** No process could measure it. */
  | { readonly kind: 'unknown' }

export interface JudgedPairs {
  readonly operation: OperationName
  readonly metric: PairMetric
  readonly verdict: PairVerdict
}

/** What the processes of one operation say so far: a pure function of their endings. */
export type PairState =
  /** More processes are needed for a decision. */
  | { readonly kind: 'processes wanted'; readonly count: number }
  | { readonly kind: 'judged'; readonly metrics: readonly JudgedPairs[] }
  /** A version failed, and again: nothing can be compared. The error is the last one. */
  | {
      readonly kind: 'failed'
      readonly version: VersionName
      readonly phase: Phase
      readonly error: string
    }

/**
 * Judges one operation. Five processes decide where they agree; where a median lies near its
 * threshold, or they scatter too much, five more are made, and all ten decide:
 *
 * | | of five | of ten |
 * |---|---|---|
 * | regression | median ≥ threshold, and all ≥ half of it | median ≥ threshold, and all but one > 0 |
 * | pass | median < 0.6 thresholds, and all < two | median < threshold, and all but one < two |
 * | inconclusive | five more | neither |
 *
 * A one-sample test over so few processes would have either false alarms or no power. A process that
 * failed is made again; a metric that fewer than five processes could measure is inconclusive.
 * @param most processes that there are time for; fewer than five decide nothing.
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
    if (last !== undefined && own.length >= FAILURES) return last
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
  // Nothing that is still open could make a regression undone.
  const isRegression = metrics.some(({ verdict }) => verdict.kind === 'regression')
  if (isOpen && !isLast && !isRegression) {
    return { kind: 'processes wanted', count: most - estimates.length }
  }
  return { kind: 'judged', metrics }
}

/** Of the threshold: nearer than that, five processes are too few. */
const NEAR = 0.6

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
  const isClear = isLast ? change < threshold : Math.abs(change) < NEAR * threshold
  const kind = isClear && upper < 2 * threshold ? 'pass' : 'inconclusive'
  return { kind, evidence }
}

/**
 * The interval of a median by order statistics: of n values, the k-th lowest and k-th highest hold
 * the median with probability 1 − 2·P(Bin(n, ½) < k). Source: David & Nagaraja, Order Statistics, 7.1.
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
