import type { Pause } from '../load/pauses.ts'
import type { PauseFigures } from '../load/result.ts'

/** What remains of a pause is one of its own only if it is longer than `PauseWatch` notices, in ms. */
const MIN_PAUSE_MS = 20

/**
 * Pauses without those that were asked for: a fault that a load injects into its receivers is part of the
 * load. Of a pause that outlasted the fault, the rest remains.
 * @param pauses in order.
 * @param asked in order, and without overlaps.
 */
export function withoutAsked(pauses: readonly Pause[], asked: readonly Pause[]): readonly Pause[] {
  return asked.reduce<readonly Pause[]>(
    (left, { fromMs, untilMs }) =>
      left.flatMap((pause) => {
        if (pause.untilMs <= fromMs || pause.fromMs >= untilMs) return [pause]
        return [
          { fromMs: pause.fromMs, untilMs: fromMs },
          { fromMs: untilMs, untilMs: pause.untilMs },
        ].filter((rest) => rest.untilMs - rest.fromMs > MIN_PAUSE_MS)
      }),
    pauses,
  )
}

/** Sums up pauses that ended after a time. */
export function figuresOf(pauses: readonly Pause[], sinceMs: number): PauseFigures {
  const lengths = pauses
    .filter(({ untilMs }) => untilMs > sinceMs)
    .map(({ fromMs, untilMs }) => untilMs - fromMs)
  return {
    count: lengths.length,
    totalMs: lengths.reduce((sum, lengthMs) => sum + lengthMs, 0),
    maxMs: Math.max(0, ...lengths),
  }
}
