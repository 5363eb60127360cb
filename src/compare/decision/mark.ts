import { blockShift, MIN_INTERVALS } from './block-shift.ts'

/**
 * How one run of each version judges a difference. It never proves one: `worth a look` is a difference
 * beyond the spread within either run, and runs differ from each other by more than that.
 */
export type Mark =
  | { readonly kind: 'within spread' }
  | { readonly kind: 'worth a look'; readonly direction: 'higher' | 'lower' }
  | { readonly kind: 'not judged'; readonly why: string }
  | { readonly kind: 'shown' }

/** The mark of a figure that isn't judged, but helps to read those that are. */
export const SHOWN = { kind: 'shown' } as const satisfies Mark

/** Smaller differences are never marked, however steady the runs were. */
export const MIN_EFFECT = Math.log(1.05)

/** In spreads. With this, at most 1.4 % of unchanged 10 s runs are marked; see mark.test.ts. */
const MIN_SPREADS = 2.5

/** Histograms resolve 1 µs. */
const MIN_MS = 0.001

/** A figure of a whole run, and of each of its seconds in order. */
export interface Measured {
  readonly overall: number
  readonly bySecond: readonly number[]
}

/**
 * Judges a figure of which only proportions matter: a time or a rate. Both the whole runs and their typical
 * seconds must differ, in the same direction, so that one bad second makes no difference.
 */
export function markProportion(baseline: Measured, candidate: Measured): Mark {
  const shift = blockShift(baseline.bySecond.map(log), candidate.bySecond.map(log))
  if (shift === null)
    return { kind: 'not judged', why: `requests in fewer than ${MIN_INTERVALS} seconds` }
  const overall = log(candidate.overall) - log(baseline.overall)
  const threshold = Math.max(MIN_SPREADS * shift.spread, MIN_EFFECT)
  const isApart =
    Math.sign(overall) === Math.sign(shift.shift) &&
    Math.min(Math.abs(overall), Math.abs(shift.shift)) > threshold
  return isApart ? worthALook(overall) : { kind: 'within spread' }
}

/** The number of occurrences among a number of opportunities. */
export interface Occurrences {
  readonly count: number
  readonly of: number
  /** Counts per second, where known. */
  readonly bySecond: readonly number[]
}

/** The smallest difference between ratios that is marked. */
const MIN_DIFFERENCE = 0.001

/** In standard errors. */
const MIN_ERRORS = 3

/**
 * Judges how often something undesirable happened. The variance of a count is the count itself (Poisson), or
 * the variance of its seconds where that is larger, because failures come in bursts.
 */
export function markOccurrences(baseline: Occurrences, candidate: Occurrences): Mark {
  if (baseline.of === 0 || candidate.of === 0) return { kind: 'not judged', why: 'no requests' }
  const difference = candidate.count / candidate.of - baseline.count / baseline.of
  const variance =
    varianceOf(baseline) / baseline.of ** 2 + varianceOf(candidate) / candidate.of ** 2
  const threshold = Math.max(MIN_ERRORS * Math.sqrt(variance), MIN_DIFFERENCE)
  return Math.abs(difference) > threshold ? worthALook(difference) : { kind: 'within spread' }
}

/** One more than observed, because observing none does not prove a probability of 0. */
function varianceOf({ count, bySecond }: Occurrences): number {
  const poisson = count + 1
  if (bySecond.length < 2) return poisson
  const mean = bySecond.reduce((sum, of) => sum + of, 0) / bySecond.length
  const squares = bySecond.reduce((sum, of) => sum + (of - mean) ** 2, 0)
  return Math.max(poisson, (squares * bySecond.length) / (bySecond.length - 1))
}

function worthALook(difference: number): Mark {
  return { kind: 'worth a look', direction: difference > 0 ? 'higher' : 'lower' }
}

function log(value: number): number {
  return Math.log(Math.max(value, MIN_MS))
}
