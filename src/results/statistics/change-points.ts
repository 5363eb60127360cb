import { bestDivision } from './e-divisive.ts'
import { tTest } from './t-test.ts'

/** Where the mean of a series changed. */
export interface ChangePoint {
  /** Of the first value after the change. */
  readonly index: number
  /** Of the values since the change before, or the beginning. */
  readonly meanBefore: number
  /** Of the values until the next change, or the end. */
  readonly meanAfter: number
  /** How likely such a difference between the two is without a change. */
  readonly p: number
}

/** Above this, a change point is not one: at 0.01, half of all flat series of 100 values had one. */
export const GREATEST_P = 0.001
/** Above this, a division is not looked at again: what is next to it may yet make it significant. */
const GREATEST_CANDIDATE_P = 10 * GREATEST_P
/** Values before and after a change: one or two may be outliers. */
export const SHORTEST_PART = 3
/** Of fewer values, nothing can be said. */
export const FEWEST_VALUES = 2 * SHORTEST_PART
/** In a longer series, a change that was soon undone would disappear among all the rest. */
const WINDOW = 50

/**
 * Finds where a series changed, and by how much: E-divisive proposes, Student's t-test decides.
 *
 * In windows of 50 values that overlap by half, each stretch is divided where its parts are most
 * unlike, and the parts again, as long as the t-test says p ≤ 0.01. Then the proposals of all windows
 * are held against each other over the whole series: the one whose neighbouring stretches differ
 * least goes, until all that are left have p ≤ 0.001. Without random permutations, so the same series
 * has the same change points each time.
 *
 * Source: Fleming, Kołaczkowski et al., "Hunter: Using Change Point Detection to Hunt for Performance
 * Regressions", ICPE 2023; Apache Otava. There, windows begin at the start alone, and a stretch may
 * be a single value; here they begin at both ends, so a series and its reverse have the same changes.
 *
 * @param values in their order, all finite.
 * @returns in order; empty for fewer than 6 values.
 */
export function findChangePoints(values: readonly number[]): readonly ChangePoint[] {
  const candidates = new Set(windowsOf(values.length).flatMap((window) => divide(values, window)))
  return withoutInsignificant(values, [...candidates])
}

interface Stretch {
  readonly from: number
  /** Not part of it. */
  readonly to: number
}

function windowsOf(length: number): readonly Stretch[] {
  const size = Math.min(WINDOW, length)
  const last = length - size
  const starts = Array.from({ length: Math.floor(last / (WINDOW / 2)) + 1 }, (_, k) => {
    const start = (k * WINDOW) / 2
    return [start, last - start]
  })
  return [...new Set(starts.flat())].map((from) => ({ from, to: from + size }))
}

/** The first values after each likely change within a stretch. */
function divide(values: readonly number[], { from, to }: Stretch): readonly number[] {
  const division = bestDivision(values.slice(from, to), SHORTEST_PART)
  if (division === null) return []
  const index = from + division.index
  if (tTest(values.slice(from, index), values.slice(index, to)).p > GREATEST_CANDIDATE_P) return []
  return [...divide(values, { from, to: index }), index, ...divide(values, { from: index, to })]
}

function withoutInsignificant(
  values: readonly number[],
  candidates: readonly number[],
): readonly ChangePoint[] {
  const points = changesAt(
    values,
    candidates.toSorted((a, b) => a - b),
  )
  const least = points.reduce<ChangePoint | null>(
    (worst, point) => (worst === null || point.p > worst.p ? point : worst),
    null,
  )
  if (least === null || least.p <= GREATEST_P) return points
  return withoutInsignificant(
    values,
    candidates.filter((index) => index !== least.index),
  )
}

/** What each change is, between its neighbours. */
function changesAt(values: readonly number[], indices: readonly number[]): readonly ChangePoint[] {
  return indices.map((index, k) => {
    const before = values.slice(indices[k - 1] ?? 0, index)
    const after = values.slice(index, indices[k + 1] ?? values.length)
    const { p, meanA, meanB } = tTest(before, after)
    return { index, meanBefore: meanA, meanAfter: meanB, p }
  })
}
