import { AssertionError } from 'node:assert'

/** Whether a figure reached its bound. */
export type Outcome = 'reached' | 'not reached' | 'inconclusive'

/** A figure that was judged. */
export interface Judged {
  /** The figure, its value and its bound. */
  readonly says: string
  readonly outcome: Outcome
}

/**
 * Judges a figure by its value over the whole run, a ratio of medians, and by its values in parts of
 * the run. Within its bound it is reached. Beyond it, it is not reached if every part is beyond it as
 * well, otherwise inconclusive. So a temporary disturbance of the machine causes no failure, and a
 * figure that is exactly at its bound is not reached in one of 32 runs with five parts.
 */
export function judge(
  value: number,
  parts: readonly number[],
  isWithin: (value: number) => boolean,
): Outcome {
  if (isWithin(value)) return 'reached'
  return parts.some(isWithin) ? 'inconclusive' : 'not reached'
}

/** The outcome in tables. */
export function written(outcome: Outcome): string {
  return outcome === 'reached' ? outcome : outcome.toUpperCase()
}

/** A note on inconclusive figures; `null` without any. */
export function doubts(figures: readonly Judged[]): string | null {
  const doubtful = figures.filter(({ outcome }) => outcome === 'inconclusive')
  if (doubtful.length === 0) return null
  return `INCONCLUSIVE, because parts of the run are within the bound:\n${list(doubtful)}`
}

/**
 * Fails a test for its figures.
 * @throws AssertionError naming the figures that are not reached; its name distinguishes a judged benchmark
 *   from a broken one.
 */
export function assertReached(figures: readonly Judged[]): void {
  const missed = figures.filter(({ outcome }) => outcome === 'not reached')
  if (missed.length > 0) throw new AssertionError({ message: `NOT REACHED:\n${list(missed)}` })
}

function list(figures: readonly Judged[]): string {
  return figures.map(({ says }) => `  ${says}`).join('\n')
}
