import { blockShift, FEWEST_INTERVALS } from './block-shift.ts'

/**
 * What one run of each says of a difference. Never that there is one: `worth a look` is a difference
 * beyond what either run shows of its own spread, and runs differ by more than that.
 */
export type Mark =
  | { readonly kind: 'within spread' }
  | { readonly kind: 'worth a look'; readonly direction: 'higher' | 'lower' }
  | { readonly kind: 'not judged'; readonly why: string }
  | { readonly kind: 'shown' }

/** Of a figure that isn't to be judged, but helps to read those that are. */
export const SHOWN = { kind: 'shown' } as const satisfies Mark

/** Differences below this are worth nobody's look, however even the runs were. */
export const MIN_EFFECT = Math.log(1.05)

/** Of spreads. With this, 1.4 % of unchanged 10 s runs are marked at most, see mark.test.ts. */
const SPREADS = 2.5

/** Histograms resolve 1 µs. */
const MIN_MS = 0.001

/** A figure of a whole run and those of its seconds, in the order of time. */
export interface Measured {
  readonly overall: number
  readonly bySecond: readonly number[]
}

/**
 * Judges a figure of which only proportions matter: a time or a rate. The whole runs' figures have to
 * be apart as well as the typical seconds', and in the same direction: one bad second is no difference.
 */
export function markProportion(baseline: Measured, candidate: Measured): Mark {
  const shift = blockShift(baseline.bySecond.map(log), candidate.bySecond.map(log))
  if (shift === null)
    return { kind: 'not judged', why: `requests in fewer than ${FEWEST_INTERVALS} seconds` }
  const overall = log(candidate.overall) - log(baseline.overall)
  const threshold = Math.max(SPREADS * shift.spread, MIN_EFFECT)
  const isApart =
    Math.sign(overall) === Math.sign(shift.shift) &&
    Math.min(Math.abs(overall), Math.abs(shift.shift)) > threshold
  return isApart ? worthALook(overall) : { kind: 'within spread' }
}

/** How often something happened of how many times it could have. */
export interface Occurrences {
  readonly count: number
  readonly of: number
  /** The counts of each second, where they are known. */
  readonly bySecond: readonly number[]
}

/** In shares of 1. */
const MIN_SHARE = 0.001

/** Standard errors. */
const ERRORS = 3

/**
 * Judges how often something that should not happen did. The variance of a count is the count's (Poisson), or
 * that of its seconds where they vary by more: failures come in bursts.
 */
export function markOccurrences(baseline: Occurrences, candidate: Occurrences): Mark {
  if (baseline.of === 0 || candidate.of === 0) return { kind: 'not judged', why: 'no requests' }
  const difference = candidate.count / candidate.of - baseline.count / baseline.of
  const variance =
    varianceOf(baseline) / baseline.of ** 2 + varianceOf(candidate) / candidate.of ** 2
  const threshold = Math.max(ERRORS * Math.sqrt(variance), MIN_SHARE)
  return Math.abs(difference) > threshold ? worthALook(difference) : { kind: 'within spread' }
}

/** One more than was seen, so that seeing none is not knowing that there are none. */
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
