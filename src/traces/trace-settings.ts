import { parseDurationMs } from '../load/duration.ts'
import { parseRatio } from '../load/ratio.ts'
import { InputError } from '../input-error.ts'
import { printable } from '../printable.ts'

/** Which requests' traces are kept, besides those that fail and the slowest of each operation. */
export interface TraceSettings {
  /** All whose response time is above this, in ms; `null`: above the operation's bound on P99, if it has one. */
  readonly aboveMs: number | null
  /** The ratio of the others, 0 to 1. */
  readonly ratio: number
}

/** The ratio of ordinary requests whose traces are kept, to compare slow ones with. */
const DEFAULT_RATIO = 0.01

/** Values of `BENCH_TRACES` that ask for no traces. */
const OFF: ReadonlySet<string> = new Set(['', '0', 'false'])

/** No request takes longer than a load may. */
const MAX_ABOVE_MS = 3_600_000

/**
 * Reads `BENCH_TRACES`, `BENCH_TRACE_ABOVE` (such as `20ms`) and `BENCH_TRACE_RATIO` (`1%` or `0.01`); empty values count
 * as not set, and so do `0` and `false` of `BENCH_TRACES`.
 * @returns `null` if requests are not traced.
 * @throws InputError if one of them is malformed or lacks `BENCH_TRACES`.
 */
export function traceSettings(
  env: Readonly<Record<string, string | undefined>>,
): TraceSettings | null {
  const { BENCH_TRACES, BENCH_TRACE_ABOVE, BENCH_TRACE_RATIO } = env
  if (BENCH_TRACES === undefined || OFF.has(BENCH_TRACES)) {
    const alone = (['BENCH_TRACE_ABOVE', 'BENCH_TRACE_RATIO'] as const).find((name) => env[name])
    if (alone === undefined) return null
    throw new InputError(
      `${alone}: says which traces are kept; add --traces, or BENCH_TRACES=1, to keep any.`,
    )
  }
  return {
    aboveMs: BENCH_TRACE_ABOVE
      ? parseDurationMs(BENCH_TRACE_ABOVE, 'BENCH_TRACE_ABOVE', MAX_ABOVE_MS)
      : null,
    ratio: BENCH_TRACE_RATIO ? ratioOf(BENCH_TRACE_RATIO) : DEFAULT_RATIO,
  }
}

function ratioOf(text: string): number {
  const ratio = parseRatio(text)
  if (ratio >= 0 && ratio <= 1) return ratio
  throw new InputError(
    `BENCH_TRACE_RATIO: "${printable(text)}" must be at least 0% and at most 100%, such as 5% or 0.05.`,
  )
}
