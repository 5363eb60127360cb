import { InputError } from '../../input-error.ts'
import type { Comparison, Metric } from './metric.ts'

/** An interim look, at which a gate may decide. */
export interface Look {
  readonly rounds: number
  /** One-sided level of the test and of each end of its interval. */
  readonly alpha: number
}

/** The rules by which a gate decides. Plain data. */
export interface GatePlan {
  readonly comparisons: readonly Comparison[]
  /** Looks at which a comparison passes or becomes a suspect; ascending. */
  readonly looks: readonly Look[]
  /** Looks at the fresh rounds after that, which confirm a suspect or don't; ascending. */
  readonly confirmation: readonly Look[]
  /** The smallest changes that count, > 0. The pass limit is twice as much. */
  readonly effects: Effects
  /** Whether times that scatter too much leave the gate undecided; `false` if pairs judge latency. */
  readonly timesDecide: boolean
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
  /** Of the rounds: 0.25 is one more in 4. */
  readonly validity: number
}

/**
 * Chosen so that the changes that must be found are at the pass limit: 10 % more latency, one more error in
 * 200 requests, one less delivery in 100. At most one gate in 20 passes a change of that size, and its
 * estimate is seldom below half of it. A run that is short of 1 % of its requests is degraded anyway.
 */
export const EFFECTS: Effects = {
  latency: 0.05,
  errors: 0.0025,
  delivery: 0.005,
  shortfall: 0.01,
  validity: 0.25,
}

/**
 * Pairs of calls find 5 %, so beside them rounds judge what only appears under load: a growing queue, a
 * blocked event loop. On two busy cores, times under load scatter by 40 to 50 % between runs: twenty rounds
 * can't exclude 10 %, but they can exclude 50 %.
 */
export const EFFECTS_BESIDE_PAIRS: Effects = { ...EFFECTS, latency: 0.25 }

/** The pass limit, in smallest changes that count. */
export const PASS_LIMIT_EFFECTS = 2

/**
 * Looks after 7, 10, 15 and 20 rounds, whose levels add up to 5 %. Seven rounds, four in one order and three
 * in the other, can be assigned to the orders in 35 ways, so 1/35 is the smallest level at which they can be
 * significant; the other looks split the remainder.
 */
const LOOKS: readonly Look[] = [
  { rounds: 7, alpha: 0.0286 },
  { rounds: 10, alpha: 0.008 },
  { rounds: 15, alpha: 0.0067 },
  { rounds: 20, alpha: 0.0067 },
]
const SCREENING_ALPHA = 0.05
/** Ten rounds confirm changes that are large or scatter little; twice as many confirm the others. */
const CONFIRMATION_ROUNDS = 10
/** Ten rounds can be assigned to the orders in 252 ways: the smallest level at which they can be significant. */
const MIN_OF_TEN = 1 / 252
/** The probability of a false regression, over all comparisons of a gate. */
const FALSE_ALARMS = 0.05
const MAX_CONFIRMATION_ALPHA = 0.05

/**
 * The plan of a gate.
 *
 * Without any change, a comparison becomes a suspect with a probability of at most 5 %, the sum of the looks'
 * levels, and is then confirmed with a probability of at most α, the sum of the confirmation's levels. The
 * confirmation uses other rounds, so both happen with at most 0.05 α: 0.25 % for one comparison at α = 5 %.
 * Among M comparisons, the probability of any false alarm is at most 0.05 α M, however they depend on each
 * other and whenever each became a suspect. With α = min(5 %, 1/M) that never exceeds 5 %.
 *
 * @param effects override `EFFECTS`.
 * @param timesDecide `false` beside pairs, which judge latency: see `sumUp`.
 * @throws InputError for an effect that is not above 0 and at most 1.
 */
export function gatePlan(
  comparisons: readonly Comparison[],
  effects: Partial<Effects> = {},
  timesDecide = true,
): GatePlan {
  const all = { ...EFFECTS, ...effects }
  for (const [kind, effect] of Object.entries(all)) {
    if (effect > 0 && effect <= 1) continue
    throw new InputError(`effect of ${kind}: ${effect} must be above 0 and at most 1 (100 %).`)
  }
  const most = FALSE_ALARMS / (SCREENING_ALPHA * Math.max(comparisons.length, 1))
  const alpha = Math.min(MAX_CONFIRMATION_ALPHA, most)
  return {
    comparisons,
    looks: LOOKS,
    confirmation: confirmationOf(alpha),
    effects: all,
    timesDecide,
  }
}

/** Each look gets half of the level; the first gets more if half couldn't be significant. */
function confirmationOf(alpha: number): readonly Look[] {
  const first = Math.min(Math.max(alpha / 2, MIN_OF_TEN), alpha)
  return [
    { rounds: CONFIRMATION_ROUNDS, alpha: first },
    { rounds: 2 * CONFIRMATION_ROUNDS, alpha: alpha - first },
  ].filter((look) => look.alpha > 0)
}

/** The smallest number of rounds that can decide anything. */
export const MIN_ROUNDS = 7
/** The smallest number of rounds that can find and confirm a regression, among up to 252 comparisons. */
export const ROUNDS_TO_CONFIRM = MIN_ROUNDS + CONFIRMATION_ROUNDS

/** The smallest change of a metric that counts. */
export function effectOf(plan: GatePlan, metric: Metric): number {
  return plan.effects[metric.kind]
}
