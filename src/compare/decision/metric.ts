import type { Mark } from './mark.ts'

/** The metrics of an operation, in display order. */
export type Metric =
  | `service ${'P50' | 'P95' | 'P99' | 'P99.9'}`
  | `response ${'P50' | 'P99'}`
  | 'lateness P99'
  | 'rate'
  | 'errors'
  | 'delivery'
  | 'lost'

/** A figure of one run: times in ms, rates in requests/s, errors, delivery and losses as ratios from 0 to 1. */
export interface Figure {
  /** `null` if there is no measurement. */
  readonly value: number | null
  /** A percentile with too few requests beyond it; see `requestsNeeded`. */
  readonly isThin: boolean
}

/** One metric of an operation in both runs. */
export interface MetricComparison {
  readonly metric: Metric
  readonly unit: 'ms' | '1/s' | 'share'
  readonly baseline: Figure
  readonly candidate: Figure
  /** Candidate / baseline; `null` if undefined. */
  readonly ratio: number | null
  readonly mark: Mark
}

/** Completes a comparison with its ratio. */
export function metricOf(comparison: Omit<MetricComparison, 'ratio'>): MetricComparison {
  return { ...comparison, ratio: quotient(comparison.candidate.value, comparison.baseline.value) }
}

/** A figure that is certain however few requests it stands for. */
export function exact(value: number | null): Figure {
  return { value, isThin: false }
}

/** `null` if undefined or not finite. */
function quotient(value: number | null, by: number | null): number | null {
  if (value === null || by === null) return null
  return Number.isFinite(value / by) ? value / by : null
}

/** Candidate / baseline, as `1.04 ×`. */
export function formatRatio({ ratio, baseline, candidate }: MetricComparison): string {
  if (ratio === null) return '–'
  const isThin = baseline.isThin || candidate.isThin
  const digits = ratio >= 100 ? ratio.toPrecision(3) : ratio.toFixed(2)
  return `${isThin ? '~' : ''}${digits} ×`
}
