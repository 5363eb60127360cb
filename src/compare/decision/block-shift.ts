import { medianOf } from '../../stats/quantile.ts'

/** The distance between two runs, and the spread within each. */
export interface BlockShift {
  /** Candidate minus baseline: the difference between the medians of their blocks. */
  readonly shift: number
  /** The larger of the two runs' own spreads. */
  readonly spread: number
}

/** Fewer seconds than this don't show their spread. */
export const MIN_INTERVALS = 10

const MAX_BLOCKS = 10

/** Turns the median distance between two normal draws into their standard deviation: 1 / (√2 Φ⁻¹(¾)). */
const NORMAL = 1.0483

/**
 * Compares two series of per-second figures. Consecutive seconds are similar, so each series is cut into 5
 * to 10 blocks of equal length, and the blocks' medians are compared: a longer run has longer blocks,
 * whose spread reflects its slow changes. The spread is the median distance between two blocks (M. I.
 * Shamos 1976; P. J. Rousseeuw and C. Croux 1993), which is robust against outlying blocks.
 *
 * The spread describes blocks; it isn't the error of a mean. It doesn't shrink with more blocks, because
 * two runs differ by more than the spread within either of them.
 *
 * @param baseline figures in chronological order, on a scale where equal differences mean the same, such as
 *   logarithms of times.
 * @returns `null` if either has fewer than `MIN_INTERVALS` figures.
 */
export function blockShift(
  baseline: readonly number[],
  candidate: readonly number[],
): BlockShift | null {
  if (Math.min(baseline.length, candidate.length) < MIN_INTERVALS) return null
  const [a, b] = [blockMedians(baseline), blockMedians(candidate)]
  return { shift: medianOf(b) - medianOf(a), spread: Math.max(spreadOf(a), spreadOf(b)) }
}

function blockMedians(figures: readonly number[]): readonly number[] {
  const count = Math.min(MAX_BLOCKS, Math.floor(figures.length / 2))
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * figures.length) / count)
    return medianOf(figures.slice(from, Math.floor(((i + 1) * figures.length) / count)))
  })
}

function spreadOf(blocks: readonly number[]): number {
  const distances = blocks.flatMap((a, i) => blocks.slice(i + 1).map((b) => Math.abs(a - b)))
  return medianOf(distances) * NORMAL
}
