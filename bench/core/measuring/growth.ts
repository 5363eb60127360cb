import { formatCount, formatMs } from '../../../src/format.ts'
import type { Sample } from './interleave.ts'
import { judge, type Judged, type Outcome, written } from './outcome.ts'
import { quantileOf } from '../../../src/stats/quantile.ts'

/**
 * The allowed growth of a cost with n:
 *
 * - `constant`: request and answer have the same size whatever n is, such as the number of
 *   stored registrations
 * - `n log n`: n is the size of the answer or the number of targets; or everything stored must be
 *   examined, and the case says why
 */
export type Law = 'constant' | 'n log n'

/** The smallest and largest size; each size is ten times the previous one. */
const FIRST_SIZE = 100
const LAST_SIZE = 100_000

/**
 * The largest exponents. 0.2 is 1.6 times as much for ten times n. From 10⁴ to 10⁵, n log n itself has
 * the exponent 1.10; the rest allows for memory, which gets slower the more of it is in use. A quadratic
 * term exceeds it once it is three quarters of the cost at the largest n.
 */
const MAX_EXPONENT = { constant: 0.2, 'n log n': 1.5 } satisfies Record<Law, number>

/** The number of parts of a measurement, each with an exponent of its own. */
const PARTS = 5

/** One operation at one size. */
export interface Prepared {
  /** Timed. */
  readonly run: () => Promise<unknown>
  /** Not timed; before each run. */
  readonly before?: () => Promise<unknown>
  readonly close?: () => Promise<unknown>
}

/** An operation whose growth of cost with n is measured. */
export interface GrowthCase {
  readonly what: string
  readonly law: Law
  /** Why everything stored must be examined. */
  readonly because?: string
  /** The largest n to measure. Default: the largest size. */
  readonly upTo?: number
  readonly prepare: (size: number) => Promise<Prepared>
}

/** The growth of an operation's cost. */
export interface Growth {
  /** By n, in ms, in ascending order. */
  readonly costs: readonly { readonly size: number; readonly ms: number }[]
  /** The local exponent at the largest n. */
  readonly exponent: number
  readonly outcome: Outcome
}

/** Samples of one operation by n, the smallest first. */
export type SamplesBySize = ReadonlyMap<number, readonly Sample[]>

/**
 * The sizes, from 100 to 100,000; `BENCH_GROWTH_UP_TO` sets another end, as 1000 or 1e6.
 * @throws RangeError if that is not a power of ten from 1,000 to 10,000,000.
 */
export function growthSizes(environment: NodeJS.ProcessEnv): readonly number[] {
  const text = environment['BENCH_GROWTH_UP_TO']
  const last = text ? Number(text) : LAST_SIZE
  if (!(last >= 1_000 && last <= 1e7) || !Number.isInteger(Math.log10(last))) {
    throw new RangeError(`BENCH_GROWTH_UP_TO: "${text}" must be a power of ten from 1e3 to 1e7.`)
  }
  const sizes: number[] = []
  for (let size = FIRST_SIZE; size <= last; size *= 10) sizes.push(size)
  return sizes
}

/**
 * Judges how a cost grows by its *local exponent*: k where the cost grows as n^k from the second
 * largest n to the largest, log(cost ratio) / log(n ratio). It is that of the doubling ratios of
 * Sedgewick and Wayne (Algorithms, 4th edition, section 1.4), with ten for two. A fit over all sizes
 * would be drawn to 0 by the fixed cost of every call, and so hide a term that only shows at the
 * largest n. If a smaller n costs more than the second largest, that cost counts instead. Costs are lower
 * quartiles of samples taken in turns, because a busy machine delays many; each part of the measurement has an
 * exponent of its own, as `judge` needs.
 * @throws RangeError for fewer than two sizes, or a size without samples.
 */
export function growthOf({ law }: Pick<GrowthCase, 'law'>, samples: SamplesBySize): Growth {
  const rounds = 1 + Math.max(...[...samples.values()].flat().map(({ round }) => round))
  const parts = Math.min(PARTS, rounds)
  const costsIn = (from: number, to: number): Growth['costs'] =>
    Array.from(samples, ([size, own]) => ({
      size,
      // The lower quartile: most samples of a busy machine are delayed.
      ms: quantileOf(
        own.filter(({ round }) => round >= from && round < to).map(({ ms }) => ms),
        0.25,
      ),
    }))
  const costs = costsIn(0, rounds)
  const exponent = localExponent(costs)
  const exponents = Array.from({ length: parts }, (_, part) =>
    localExponent(costsIn((part / parts) * rounds, ((part + 1) / parts) * rounds)),
  )
  return { costs, exponent, outcome: judge(exponent, exponents, (k) => k <= MAX_EXPONENT[law]) }
}

function localExponent(costs: Growth['costs']): number {
  const [before, last] = costs.slice(-2)
  if (before === undefined || last === undefined) throw new RangeError('growth needs two sizes')
  // A higher cost at a smaller n means a disturbance there, or a falling cost.
  const costBefore = Math.max(...costs.slice(0, -1).map(({ ms }) => ms))
  const exponent = Math.log(last.ms / costBefore) / Math.log(last.size / before.size)
  if (!Number.isFinite(exponent)) throw new RangeError('growth needs samples of every size')
  return exponent
}

/** Judges a case and describes its exponent with the bound. */
export function judgeGrowth({ what, law, upTo }: GrowthCase, growth: Growth): Judged {
  const { exponent, outcome } = growth
  const bound = `${law}: an exponent ≤ ${MAX_EXPONENT[law]}`
  const size = formatCount(upTo ?? growth.costs.at(-1)?.size ?? 0)
  return { says: `${what}: n^${exponent.toFixed(2)} at n = ${size}, must be ${bound}`, outcome }
}

/** Fixed widths, because each line is written before the next case is measured. */
const WIDTHS = { what: 52, ms: 9, exponent: 7, bound: 16 }

/** The heading of `renderGrowth`. */
export function renderGrowthHeading(sizes: readonly number[]): string {
  return lineOf('cost by n (lower quartile)', sizes.map(formatCount), 'n^k, k', 'must be', '')
}

/** One line: the cost at each size, the exponent and the outcome. */
export function renderGrowth(
  { what, law, because }: GrowthCase,
  sizes: readonly number[],
  { costs, exponent, outcome }: Growth,
): string {
  const times = sizes.map((size) => costs.find((each) => each.size === size)?.ms)
  const line = lineOf(
    what,
    times.map((ms) => (ms === undefined ? '–' : formatMs(ms))),
    exponent.toFixed(2),
    `${law} ≤ ${MAX_EXPONENT[law]}`,
    written(outcome),
  )
  return because === undefined ? line : `${line}, inherent: ${because}`
}

function lineOf(
  what: string,
  costs: readonly string[],
  exponent: string,
  bound: string,
  outcome: string,
): string {
  const cells = [
    what.padEnd(WIDTHS.what),
    ...costs.map((cost) => cost.padStart(WIDTHS.ms)),
    exponent.padStart(WIDTHS.exponent),
    bound.padEnd(WIDTHS.bound),
    outcome,
  ]
  return `  ${cells.join('  ')}`.trimEnd()
}
