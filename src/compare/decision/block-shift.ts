import { medianOf } from '../../stats/quantile.ts'

/** How far two runs are apart, and how much each is apart from itself. */
export interface BlockShift {
  /** Candidate minus baseline, of the medians of their blocks. */
  readonly shift: number
  /** The larger of both runs' own spreads. */
  readonly spread: number
}

/** Fewer seconds than this say nothing of their spread. */
export const FEWEST_INTERVALS = 10

const MAX_BLOCKS = 10

/** Makes the median distance of two draws the standard deviation, where they are normal: 1 / (√2 Φ⁻¹(¾)). */
const NORMAL = 1.0483

/**
 * Compares two series of figures of one second each. Seconds that follow each other are alike, so each series
 * is cut into 5 to 10 blocks of equal length, of which the medians count: the blocks of a longer run
 * are longer, and their spread is that of its slow changes. The spread is the median distance of two blocks (M. I.
 * Shamos 1976; P. J. Rousseeuw and C. Croux 1993), which outlying blocks don't move.
 *
 * The spread is one of blocks, not an error of a mean: it doesn't shrink with more of them, for
 * two runs differ by more than what one run shows of itself.
 *
 * @param baseline figures in the order of time, on a scale on which differences mean the same everywhere,
 *   such as logarithms of times.
 * @returns `null` if one has fewer than `FEWEST_INTERVALS` figures.
 */
export function blockShift(
  baseline: readonly number[],
  candidate: readonly number[],
): BlockShift | null {
  if (Math.min(baseline.length, candidate.length) < FEWEST_INTERVALS) return null
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
