import type { HistoryRow } from '../history.ts'
import { FEWEST_VALUES, findChangePoints, type ChangePoint } from '../statistics/change-points.ts'
import type { Metric } from './metrics.ts'

/** One run in a series. */
export interface Point {
  readonly runId: string
  readonly startedAt: string
  readonly commit: string | null
  readonly isDirty: boolean
  /** In the series' unit. */
  readonly value: number
}

/** Where a series changed. */
export interface Change extends ChangePoint {
  /** The first run after it. */
  readonly first: Point
  /** Relative to the mean before; `null` where that is 0. */
  readonly relative: number | null
  /** Whether it lies between two runs of one commit, and so is not the code's doing. */
  readonly isWithinCommit: boolean
}

/** The course of one metric of one operation, over runs that can be compared. */
export interface Series {
  readonly scenario: string
  readonly operation: string
  readonly environmentKey: string
  readonly environment: string
  readonly workloadHash: string | null
  readonly metric: Metric
  /** `×`: multiples of the reference workload's round trip, see `ratioOf`. */
  readonly unit: Metric['unit'] | '×'
  /** By time. */
  readonly points: readonly Point[]
  /** `null` where there are too few points to find any. */
  readonly changes: readonly Change[] | null
  /** Runs that were left out, for their measurement was invalid. */
  readonly invalidRuns: number
}

/** What is looked at. */
export interface TrendSelection {
  readonly metrics: readonly Metric[]
  /** Whether times are shown as multiples of the reference where all runs have one. */
  readonly isByReference: boolean
}

/**
 * Series of unlike environments or loads are apart. Those that never had a value, such as the
 * delivery of what delivers nothing, are left out.
 * @param rows in any order.
 */
export function seriesOf(
  rows: readonly HistoryRow[],
  { metrics, isByReference }: TrendSelection,
): readonly Series[] {
  const groups = Map.groupBy(rows, ({ scenario, operation, environmentKey, workloadHash }) =>
    JSON.stringify([scenario, environmentKey, workloadHash, operation]),
  )
  return [...groups.values()].flatMap((group) =>
    metrics.flatMap((metric) => {
      const series = seriesOfGroup(group, metric, isByReference)
      return series === null ? [] : [series]
    }),
  )
}

function seriesOfGroup(
  group: readonly HistoryRow[],
  metric: Metric,
  isByReference: boolean,
): Series | null {
  const [first] = group
  const valid = group
    .filter((row) => row.verdict !== 'invalid' && metric.of(row) !== null)
    .toSorted((a, b) => (a.startedAt + a.runId < b.startedAt + b.runId ? -1 : 1))
  if (first === undefined || valid.length === 0) return null
  const isRatio = isByReference && metric.unit === 'ms' && haveOneReference(valid)
  const points = valid.map((row): Point => {
    const { runId, startedAt, commit, isDirty } = row
    const value = (metric.of(row) ?? 0) / (isRatio ? (referenceMs(row) ?? 1) : 1)
    return { runId, startedAt, commit, isDirty: isDirty ?? false, value }
  })
  const { scenario, operation, environmentKey, environment, workloadHash } = first
  return {
    scenario,
    operation,
    environmentKey,
    environment,
    workloadHash,
    metric,
    unit: isRatio ? '×' : metric.unit,
    points,
    changes: points.length < FEWEST_VALUES ? null : changesIn(points),
    invalidRuns: new Set(
      group.filter(({ verdict }) => verdict === 'invalid').map(({ runId }) => runId),
    ).size,
  }
}

function changesIn(points: readonly Point[]): readonly Change[] {
  return findChangePoints(points.map(({ value }) => value)).flatMap((change) => {
    const [before, first] = [points[change.index - 1], points[change.index]]
    if (before === undefined || first === undefined) return []
    const { meanBefore, meanAfter } = change
    return {
      ...change,
      first,
      relative: meanBefore === 0 ? null : meanAfter / meanBefore - 1,
      isWithinCommit:
        first.commit !== null &&
        before.commit === first.commit &&
        !before.isDirty &&
        !first.isDirty,
    }
  })
}

/** Multiples of unlike references, or of some runs only, would make steps where nothing changed. */
function haveOneReference(rows: readonly HistoryRow[]): boolean {
  const versions = new Set(rows.map(({ referenceVersion }) => referenceVersion))
  return versions.size === 1 && rows.every((row) => referenceMs(row) !== null)
}

/** One round trip of the reference workload: the geometric mean of those of Redis and NATS. */
function referenceMs(row: HistoryRow): number | null {
  const { referenceRedisP50Ms: redis, referenceNatsP50Ms: nats } = row
  return redis === null || nats === null ? null : Math.sqrt(redis * nats)
}
