import { InputError } from '../../input-error.ts'
import type { Comparison, Metric } from './metric.ts'

/** A moment at which a gate decides, if the rounds allow it. */
export interface Look {
  readonly rounds: number
  /** One-sided: of the test, and of each end of the interval that goes with it. */
  readonly alpha: number
}

/** How a gate decides. Plain data. */
export interface GatePlan {
  readonly comparisons: readonly Comparison[]
  /** By how many rounds a comparison passes or becomes a suspect; ascending. */
  readonly looks: readonly Look[]
  /** By how many fresh rounds, made after that, a suspect is confirmed or not; ascending. */
  readonly confirmation: readonly Look[]
  /** The smallest changes that count, > 0. The pass limit is twice as much. */
  readonly effects: Effects
  /** Times that scatter too much to be decided leave the gate undecided, unless others judge them. */
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
 * So that what has to be found, one error more in 200 requests and one delivery less in 100, is at
 * the pass limit, as a latency of 10 % more is: a change of that size is passed in one of 20 gates
 * at most, and its estimate is seldom below half of it. A run that is short of 1 % of its requests
 * is degraded already.
 */
export const EFFECTS: Effects = {
  latency: 0.05,
  errors: 0.0025,
  delivery: 0.005,
  shortfall: 0.01,
  validity: 0.25,
}

/**
 * Beside pairs of calls, which find 5 %, rounds judge what only a load shows: a queue that builds up,
 * a loop that is held up. On two busy cores, times under load scatter by 40 to 50 % between runs, of
 * which no twenty rounds exclude 10 %; they do exclude 50 %.
 */
export const EFFECTS_BESIDE_PAIRS: Effects = { ...EFFECTS, latency: 0.25 }

/** The pass limit, in smallest changes that count. */
export const PASS_LIMIT_EFFECTS = 2

/**
 * Looks at 7, 10, 15 and 20 rounds, whose levels add up to 5 %. Seven rounds, four of one order and
 * three of the other, can be dealt to the orders in 35 ways, so 1/35 is the least level at which they
 * can show anything; the others share what it leaves.
 */
const LOOKS: readonly Look[] = [
  { rounds: 7, alpha: 0.0286 },
  { rounds: 10, alpha: 0.008 },
  { rounds: 15, alpha: 0.0067 },
  { rounds: 20, alpha: 0.0067 },
]
const SCREENING_ALPHA = 0.05
/** Ten rounds confirm what is large or quiet; twice as many what is neither. */
const CONFIRMATION_ROUNDS = 10
/** Ten rounds can be dealt to the orders in 252 ways: the least level at which they can show anything. */
const MIN_OF_TEN = 1 / 252
/** The probability of a false regression, over all comparisons of a gate. */
const FALSE_ALARMS = 0.05
const MAX_CONFIRMATION_ALPHA = 0.05

/**
 * The plan of a gate.
 *
 * Without any change, a comparison becomes a suspect with a probability of at most 5 %, the sum of
 * the looks' levels, and is then confirmed with one of at most α, the sum of those of the
 * confirmation. Its fresh rounds are other rounds than those that made it a suspect, so both
 * happen with 0.05 α at most: with 0.25 % for one comparison at α = 5 %. Of M comparisons, at least
 * one is a false alarm with 0.05 α M at most, however they depend on each other and whenever each
 * became a suspect. With α = min(5 %, 1/M) that is never more than 5 %.
 *
 * @param effects where they differ from `EFFECTS`.
 * @param timesDecide `false` beside pairs, which judge latency: see `sumUp`.
 * @throws InputError for an effect that isn't above 0 and at most 1.
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

/** Half of the level each; more for the first look where it could show nothing at half of it. */
function confirmationOf(alpha: number): readonly Look[] {
  const first = Math.min(Math.max(alpha / 2, MIN_OF_TEN), alpha)
  return [
    { rounds: CONFIRMATION_ROUNDS, alpha: first },
    { rounds: 2 * CONFIRMATION_ROUNDS, alpha: alpha - first },
  ].filter((look) => look.alpha > 0)
}

/** The fewest rounds by which anything can be decided. */
export const MIN_ROUNDS = 7
/** The fewest by which a regression can be found and confirmed, of up to 252 comparisons. */
export const ROUNDS_TO_CONFIRM = MIN_ROUNDS + CONFIRMATION_ROUNDS

/** The smallest change of a metric that counts. */
export function effectOf(plan: GatePlan, metric: Metric): number {
  return plan.effects[metric.kind]
}
