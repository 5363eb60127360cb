import type { BoundRow } from '../slo/judge-bound.ts'
import type { LoadResult } from '../result.ts'
import type { Bound } from '../slo/slo.ts'
import { worstFirst, type SloOutcome, type SloRow } from '../slo/slo-row.ts'

/**
 * How a bound on every window did in all shares of a load. Windows are judged as a load runs and are
 * not kept, so they can't be added up; but where all shares agree, they decide for the whole:
 *
 * - what every share kept in all its windows, the whole has kept: a percentile or a ratio of them all is
 *   never worse than the worst share's, and each share was asked for its share of the throughput;
 * - a window that every share has missed, the whole has missed;
 * - otherwise it is inconclusive.
 *
 * @param row the bound on the whole, yet to be judged.
 */
export function mergeWindows(
  shares: readonly LoadResult[],
  bound: Bound,
  row: BoundRow,
): readonly SloRow[] {
  const scale = bound.kind === 'throughput' ? shares.length : 1
  const rows = shares.flatMap(({ windowedSlo }) => {
    return windowedSlo.filter((other) => isShareOf(other, row, bound.everyMs, scale)).slice(0, 1)
  })
  const [worst] = rows.toSorted(worstFirst)
  if (worst === undefined || worst.windows === null) return []
  const windows = rows.flatMap((share) => share.windows ?? [])
  return [
    {
      ...worst,
      bound: row.bound,
      measured: scaled(worst.measured, scale),
      punctual: scaled(worst.punctual, scale),
      outcome: outcomeOf(rows),
      windows: {
        everyMs: worst.windows.everyMs,
        judged: Math.max(...windows.map(({ judged }) => judged)),
        missed: Math.max(...windows.map(({ missed }) => missed)),
        inconclusive: Math.max(...windows.map(({ inconclusive }) => inconclusive)),
        worstFromMs: worst.windows.worstFromMs,
      },
    },
  ]
}

function outcomeOf(rows: readonly SloRow[]): SloOutcome {
  if (rows.every(({ outcome }) => outcome === 'met')) return 'met'
  const worstWindows = new Set(rows.map(({ windows }) => windows?.worstFromMs))
  const isMissedByAll = rows.every(({ outcome }) => outcome === 'missed')
  return isMissedByAll && worstWindows.size === 1 ? 'missed' : 'inconclusive'
}

/** A share's bound on throughput is divided, and divisions round. */
function isShareOf(row: SloRow, whole: BoundRow, everyMs: number | null, scale: number): boolean {
  return (
    row.operation === whole.operation &&
    row.metric === whole.metric &&
    row.comparison === whole.comparison &&
    row.windows?.everyMs === everyMs &&
    Math.abs(row.bound * scale - whole.bound) <= 1e-9 * whole.bound
  )
}

function scaled(figure: number | null, scale: number): number | null {
  return figure === null ? null : figure * scale
}
