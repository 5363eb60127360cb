import { randomStream } from '../../stats/random.ts'
import { check, checkFields, number, oneOf, written, type Fields } from '../check-fields.ts'
import { checkDuration, parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'

/** The think time before each step: a distribution, as plain data. */
export type ThinkTime = {
  /** The distribution with its parameters: `exponential, mean 1s`. */
  readonly label: string
  readonly meanMs: number
} & (
  | { readonly kind: 'exponential' | 'fixed' }
  | { readonly kind: 'uniform'; readonly leastMs: number; readonly mostMs: number }
)

/** A mean think time, exponentially distributed; or a distribution by name. */
export type ThinkTimeOption = Duration | ThinkTime

/** Times the mean: the longest exponential think time, as in TPC-C. */
const MAX_OF_MEAN = 10

/**
 * Think times of users that are independent of each other: most are short, some long. Users who were
 * held up together don't stay together.
 *
 *     p(t) = e^(−t / mean) / mean,    at most 10 · mean
 *
 * The distribution and its limit are those of TPC-C (revision 5.11, clause 5.2.5.4). What the limit
 * takes off the mean is 0.005 %.
 *
 * @param mean ≥ 0.
 */
export function exponential(mean: Duration): ThinkTime {
  const meanMs = parseDurationMs(mean, 'exponential: mean')
  return { kind: 'exponential', label: `exponential, mean ${mean}`, meanMs }
}

/**
 * Think times evenly distributed from `shortest` to `longest`.
 * @throws InputError if the longest is shorter.
 */
export function uniform(shortest: Duration, longest: Duration): ThinkTime {
  const leastMs = parseDurationMs(shortest, 'uniform: shortest')
  const mostMs = parseDurationMs(longest, 'uniform: longest')
  if (mostMs < leastMs) {
    throw new InputError(
      `uniform: the longest think time, ${longest}, is shorter than the shortest, ${shortest}. Write the shortest first.`,
    )
  }
  const label = `uniform, ${shortest} to ${longest}`
  return { kind: 'uniform', label, meanMs: (leastMs + mostMs) / 2, leastMs, mostMs }
}

/**
 * The same think time always. Users whom a stall of the system held up together then go on together,
 * for as long as the load lasts: use it for machines that wait, not for people.
 */
export function fixed(time: Duration): ThinkTime {
  const meanMs = parseDurationMs(time, 'fixed: time')
  return { kind: 'fixed', label: `fixed, ${time}`, meanMs }
}

/** A duration as a distribution. */
export function readThinkTime(option: ThinkTimeOption): ThinkTime {
  return typeof option === 'string' ? exponential(option) : option
}

/**
 * Checks a think time.
 * @throws InputError unless it is a duration, or made by one of the distributions.
 */
export function checkThinkTime(option: unknown, where: string): void {
  if (typeof option === 'string') {
    checkDuration(option, where)
    parseDurationMs(option, where)
    return
  }
  if (typeof option !== 'object' || option === null || !('kind' in option)) {
    throw new InputError(
      `${where}: ${written(option)} is not a think time. Write a mean, such as '1s', or a distribution: exponential('1s'), uniform('0.5s', '1.5s') or fixed('1s').`,
    )
  }
  checkFields(option, where, FIELDS)
}

const FIELDS: Fields<Extract<ThinkTime, { kind: 'uniform' }>> = {
  kind: oneOf('exponential', 'uniform', 'fixed'),
  label: check((value) => typeof value === 'string', 'a text'),
  meanMs: number(0),
  leastMs: number(0),
  mostMs: number(0),
}

/** A think of a user, 0, 1, 2 …: a pure function of its arguments, in any process and order. */
export function thinkMs(thinkTime: ThinkTime, seed: number, user: number, n: number): number {
  return quantileMs(thinkTime, draw(seed, user, n))
}

/** The quantile `p` of think times, in ms; 0 ≤ `p` < 1. */
function quantileMs(thinkTime: ThinkTime, p: number): number {
  const { meanMs } = thinkTime
  switch (thinkTime.kind) {
    case 'exponential':
      return Math.min(-meanMs * Math.log1p(-p), MAX_OF_MEAN * meanMs)
    case 'uniform':
      return thinkTime.leastMs + p * (thinkTime.mostMs - thinkTime.leastMs)
    case 'fixed':
      return meanMs
  }
}

/** When a user begins, as a ratio of the time over which users begin; independent of think times. */
export function beginDraw(seed: number, user: number): number {
  return draw(seed, user, THINKS_PER_USER - 1)
}

/** Streams are numbered up to 2⁵³: 2²¹ users with 2³² thinks each. */
const THINKS_PER_USER = 2 ** 32

/** From [0, 1). */
function draw(seed: number, user: number, n: number): number {
  return randomStream(seed, user * THINKS_PER_USER + n)()
}
