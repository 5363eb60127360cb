import { medianOf } from '../../load/trend.ts'
import type { OperationName } from '../operations/operations.ts'
import type { PairEnding, PairEstimate } from './pair-estimate.ts'
import {
  figuresOf,
  PAIR_METRICS,
  thresholdOf,
  type PairFigures,
  type PairMetric,
} from './pair-metric.ts'

/** Endings of processes, all of one operation, in the order in which they were made. */
export type Endings = readonly PairEnding[]

/** Processes per operation at first, and if they don't decide. */
export const PROCESSES = { first: 5, most: 10 } as const

/** What the processes show of one metric of one operation. */
export interface PairEvidence {
  readonly processes: number
  /** Median over the processes of the baseline's median, in ms, µs, bytes or shares of a core. */
  readonly base: number
  /** Median over the processes of the paired estimates. */
  readonly change: number
  /** Of the paired estimates: the interval that holds the median of such processes. */
  readonly lower: number
  readonly upper: number
  /** Probability that the interval holds it: 0.9375 of five processes, 0.98 of ten. */
  readonly confidence: number
  /** At least this much is a regression; a pass excludes twice as much. */
  readonly threshold: number
}

export type PairVerdict =
  | { readonly kind: 'pass' | 'regression' | 'improvement'; readonly evidence: PairEvidence }
  /** The processes scatter too much to exclude twice the threshold. */
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
  /** A version failed where the other one did not: nothing can be compared. */
  | { readonly kind: 'failed'; readonly arm: 'base' | 'head'; readonly why: string }

/**
 * Judges one operation: five processes, and five more if a median lies near its threshold, or the
 * processes scatter too much for a pass. A change is a median of at least the threshold: a
 * one-sample test over so few processes has either false alarms or no power.
 */
export function judgePairs(operation: OperationName, endings: Endings): PairState {
  const failed = endings.find((ending) => ending.kind === 'failed')
  if (failed !== undefined) {
    const { arm, phase, error } = failed
    return { kind: 'failed', arm, why: `${phase}: ${error}` }
  }
  const estimates = endings.flatMap((ending) =>
    ending.kind === 'measured' ? [ending.estimate] : [],
  )
  const missing = PROCESSES.first - estimates.length
  if (missing > 0) return { kind: 'processes wanted', count: missing }
  const isLast = estimates.length >= PROCESSES.most
  const judged = PAIR_METRICS.map((metric) => judgeMetric(operation, metric, estimates, isLast))
  const verdicts = judged.filter((verdict) => verdict !== null)
  // A regression is one, whatever is undecided beside it.
  const isRegression = verdicts.some(({ verdict }) => verdict.kind === 'regression')
  if (verdicts.length < judged.length && !isRegression) {
    return { kind: 'processes wanted', count: PROCESSES.most - estimates.length }
  }
  return {
    kind: 'judged',
    metrics: isRegression
      ? PAIR_METRICS.flatMap((metric) => judgeMetric(operation, metric, estimates, true) ?? [])
      : verdicts,
  }
}

/** Nearer than this to the threshold, five processes are too few. */
const NEAR = 0.6

/** `null`: more processes would help. */
function judgeMetric(
  operation: OperationName,
  metric: PairMetric,
  estimates: readonly PairEstimate[],
  isLast: boolean,
): JudgedPairs | null {
  const figures = estimates.flatMap((estimate) => figuresOf(estimate, metric) ?? [])
  if (figures.length === 0) return { operation, metric, verdict: { kind: 'unknown' } }
  const evidence = evidenceOf(figures, thresholdOf(metric, operation))
  const { change, upper, threshold } = evidence
  if (change >= threshold) return { operation, metric, verdict: { kind: 'regression', evidence } }
  const isNear = Math.abs(change) >= NEAR * threshold
  const isTight = upper < 2 * threshold
  if (!isLast && (isNear || !isTight)) return null
  if (!isTight) return { operation, metric, verdict: { kind: 'inconclusive', evidence } }
  const kind = change <= -threshold ? 'improvement' : 'pass'
  return { operation, metric, verdict: { kind, evidence } }
}

/**
 * The interval of a median by order statistics: of n values, the k-th lowest and k-th highest hold
 * the median with probability 1 − 2·P(Bin(n, ½) < k). Source: David & Nagaraja, Order Statistics, 7.1.
 */
function evidenceOf(figures: readonly PairFigures[], threshold: number): PairEvidence {
  const changes = figures.map(({ change }) => change).toSorted((a, b) => a - b)
  const n = changes.length
  const k = n >= 8 ? 2 : 1
  const outside = k === 2 ? 2 * (1 + n) * 0.5 ** n : 2 * 0.5 ** n
  return {
    processes: n,
    base: medianOf(figures.map(({ base }) => base)),
    change: medianOf(changes),
    lower: changes[k - 1] ?? -Infinity,
    upper: changes[n - k] ?? Infinity,
    confidence: 1 - outside,
    threshold,
  }
}
