import { InputError } from '../../load/input-error.ts'
import type { Comparison, Metric } from './metric.ts'

/** How a gate decides. Plain data. */
export interface GatePlan {
  readonly comparisons: readonly Comparison[]
  /** After how many rounds it is looked whether there is a decision, ascending; the last is the most there are. */
  readonly looks: readonly number[]
  /** One-sided significance of each look. */
  readonly alpha: number
  /** The smallest changes that count, > 0. The pass limit is twice as much. */
  readonly effects: Effects
  /** Fresh rounds that candidates are judged by alone, and the significance over all candidates. */
  readonly confirmation: { readonly rounds: number; readonly alpha: number }
}

/** The smallest changes that count, by kind of metric. */
export interface Effects {
  /** Relative: 0.05 is 5 %. */
  readonly latency: number
  /** Of the planned requests: 0.0025 is one more in 400. */
  readonly errors: number
  /** Of the expected receipts: 0.005 is one more in 200. */
  readonly delivery: number
  /** Of the planned requests: 0.01 is one more in 100. */
  readonly shortfall: number
}

/**
 * So that what has to be found, one error more in 200 requests and one delivery less in 100, is at
 * the pass limit, as a latency of 10 % more is: a change of that size is passed in one of 80 looks
 * at most, and its estimate is seldom below half of it. A run that is short of 1 % of its requests
 * is degraded already.
 */
export const EFFECTS: Effects = { latency: 0.05, errors: 0.0025, delivery: 0.005, shortfall: 0.01 }

/** The pass limit, in smallest changes that count. */
export const PASS_LIMIT_EFFECTS = 2

/**
 * The plan of a gate.
 * @param effects where they differ from `EFFECTS`.
 * @throws InputError for an effect that isn't above 0 and at most 1.
 */
export function gatePlan(
  comparisons: readonly Comparison[],
  effects: Partial<Effects> = {},
): GatePlan {
  const all = { ...EFFECTS, ...effects }
  for (const [kind, effect] of Object.entries(all)) {
    if (effect > 0 && effect <= 1) continue
    throw new InputError(`effect of ${kind}: ${effect} must be above 0 and at most 1 (100 %).`)
  }
  return {
    comparisons,
    looks: [7, 10, 15, 20],
    alpha: 0.0125,
    effects: all,
    confirmation: { rounds: 10, alpha: 0.05 },
  }
}

/** The smallest change of a metric that counts. */
export function effectOf(plan: GatePlan, metric: Metric): number {
  return plan.effects[metric.kind]
}
