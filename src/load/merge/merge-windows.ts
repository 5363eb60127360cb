import { windowRecoveryMs, type BoundRow } from '../slo/bound-row.ts'
import type { LoadResult } from '../result.ts'
import type { Bound } from '../slo/slo.ts'
import { worstFirst, type SloOutcome, type SloRow, type WindowTally } from '../slo/slo-row.ts'

/**
 * The outcome of a windowed bound over all shards of a load. Windows are judged as a load runs and are
 * not kept, so they can't be added up; but if all shards agree, they decide for the whole:
 *
 * - a bound that every shard met in all its windows, the whole has met: a percentile or a ratio of them all is
 *   never worse than the worst shard's, and each shard had its part of the throughput bound;
 * - a window that every shard has missed, the whole has missed;
 * - otherwise it is inconclusive, as is a bound that a shard has not watched.
 *
 * @param row the bound on the whole, yet to be judged.
 */
export function mergeWindows(
  shards: readonly LoadResult[],
  bound: Bound,
  row: BoundRow,
): readonly SloRow[] {
  const { everyMs, isDefault } = bound
  if (everyMs === null) return []
  const recoveryMs = windowRecoveryMs(bound)
  const length = { everyMs, ...(recoveryMs === undefined ? {} : { recoveryMs }) }
  const scale = bound.kind === 'throughput' ? shards.length : 1
  const rows = shards.flatMap(({ windowedSlo }) =>
    windowedSlo.filter((other) => isShareOf(other, row, length, scale)).slice(0, 1),
  )
  const windows = rows.flatMap((shard) => shard.windows ?? [])
  const most = (count: (tally: WindowTally) => number): number => Math.max(0, ...windows.map(count))
  const [worst] = rows.toSorted(worstFirst)
  const outcome = rows.length === shards.length ? outcomeOf(rows) : 'inconclusive'
  const reason = rows.find((shard) => shard.reason !== undefined)?.reason
  return [
    {
      ...row,
      measured: scaled(worst?.measured ?? null, scale),
      punctual: scaled(worst?.punctual ?? null, scale),
      outcome,
      ...(outcome === 'inconclusive' && reason !== undefined ? { reason } : {}),
      isDefault,
      windows: {
        ...length,
        judged: most(({ judged }) => judged),
        missed: most(({ missed }) => missed),
        inconclusive: most(({ inconclusive }) => inconclusive),
        worstFromMs: worst?.windows?.worstFromMs ?? null,
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

type WindowLength = Pick<WindowTally, 'everyMs' | 'recoveryMs'>

/** A shard's bound on throughput is divided, and divisions round. */
function isShareOf(row: SloRow, whole: BoundRow, length: WindowLength, scale: number): boolean {
  return (
    row.operation === whole.operation &&
    row.metric === whole.metric &&
    row.comparison === whole.comparison &&
    row.windows?.everyMs === length.everyMs &&
    row.windows.recoveryMs === length.recoveryMs &&
    Math.abs(row.bound * scale - whole.bound) <= 1e-9 * whole.bound
  )
}

function scaled(figure: number | null, scale: number): number | null {
  return figure === null ? null : figure * scale
}
