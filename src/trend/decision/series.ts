import type { HistoryRow } from '../../run-file/history/history-row.ts'
import { changesIn, levelOf, type Change, type Point } from './changes.ts'
import { chooseDivisor, DECIDING_RUNS, type Divisor } from './divisor.ts'
import { timeKindOf, type Metric, type TimeKind } from './metrics.ts'
import { medianOf } from '../../stats/quantile.ts'
import { versionChanges, type VersionChange } from './version-changes.ts'

/** One metric of one operation over comparable runs. */
export interface Series {
  readonly scenario: string
  readonly operation: string
  /** 16 hex digits; runs on machines and major versions with the same key form one series. */
  readonly seriesKey: string
  /** The latest run's. */
  readonly environment: string
  readonly workloadHash: string | null
  readonly metric: Metric
  /** `null` if the metric is not a time. */
  readonly timeKind: TimeKind | null
  /** The divisor of times; `null` if the metric is not a time. */
  readonly divisor: Divisor | null
  /** `×`: multiples of the reference workload's round trip. */
  readonly unit: Metric['unit'] | '×'
  /** The median round trip of the reference in these runs, in ms; `null` if values are as measured. */
  readonly referenceMs: number | null
  /** In chronological order. */
  readonly points: readonly Point[]
  readonly versionChanges: readonly VersionChange[]
  /** `null` if there are too few points to find any. */
  readonly changes: readonly Change[] | null
  /** The number of runs left out as invalid. */
  readonly invalidRuns: number
}

/** The metrics to follow. */
export interface TrendSelection {
  readonly metrics: readonly Metric[]
  /** Allows dividing times by the reference workload's. */
  readonly isByReference: boolean
}

/**
 * Splits rows into series. Unlike machines, major versions or loads have separate series; see `seriesKey` in
 * history.ts. Series without any value, such as the delivery of an operation without recipients, are left
 * out. Later runs never alter a change that was found without them.
 * @param rows in any order.
 */
export function seriesOf(
  rows: readonly HistoryRow[],
  { metrics, isByReference }: TrendSelection,
): readonly Series[] {
  const groups = Map.groupBy(rows, (row) =>
    JSON.stringify([row.scenario, keyOf(row), row.workloadHash, row.operation]),
  )
  return [...groups.values()].flatMap((group) => {
    const ordered = group.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
    return metrics.flatMap((metric) => seriesOfMetric(ordered, metric, isByReference))
  })
}

function keyOf({ seriesKey, environmentKey }: HistoryRow): string {
  return seriesKey ?? environmentKey
}

function orderOf({ startedAt, runId }: HistoryRow): string {
  return startedAt + runId
}

/** One series, and a second one of the runs that lack the reference by which its times are divided. */
function seriesOfMetric(
  group: readonly HistoryRow[],
  metric: Metric,
  isByReference: boolean,
): readonly Series[] {
  const invalidRuns = new Set(
    group.filter(({ verdict }) => verdict === 'invalid').map(({ runId }) => runId),
  ).size
  const rows = group.filter((row) => row.verdict !== 'invalid' && metric.of(row) !== null)
  return partsOf(rows, metric, isByReference).map(({ rows: part, divisor }) =>
    seriesOfRows(part, metric, divisor, invalidRuns),
  )
}

interface Part {
  readonly rows: readonly HistoryRow[]
  readonly divisor: Divisor | null
}

/**
 * Mixing multiples of different references, or multiples and plain times, would create steps where nothing
 * changed. So runs without the first runs' reference form a series of their own.
 */
function partsOf(
  rows: readonly HistoryRow[],
  metric: Metric,
  isByReference: boolean,
): readonly Part[] {
  if (rows.length === 0) return []
  const divisor = metric.unit === 'ms' ? divisorOf(rows, metric, isByReference) : null
  if (divisor?.kind !== 'reference') return [{ rows, divisor }]
  const isAlike = (row: HistoryRow): boolean =>
    row.referenceVersion === rows[0]?.referenceVersion && referenceMs(row) !== null
  const rest = rows.filter((row) => !isAlike(row))
  return [{ rows: rows.filter(isAlike), divisor }, ...partsOf(rest, metric, isByReference)]
}

function divisorOf(rows: readonly HistoryRow[], metric: Metric, isByReference: boolean): Divisor {
  if (!isByReference) return { kind: 'none', because: 'asked' }
  const first = rows.slice(0, DECIDING_RUNS)
  const references = first.map(referenceMs).filter((ms) => ms !== null)
  const versions = new Set(first.map(({ referenceVersion }) => referenceVersion))
  if (references.length < first.length || versions.size > 1) {
    return { kind: 'none', because: 'no reference' }
  }
  if (first.length < DECIDING_RUNS) return { kind: 'none', because: 'too few runs' }
  return chooseDivisor(
    first.map((row) => metric.of(row) ?? 0),
    references,
  )
}

/** The reference workload's round trip: the geometric mean of Redis's and NATS's. */
function referenceMs(row: HistoryRow): number | null {
  const { referenceRedisP50Ms: redis, referenceNatsP50Ms: nats } = row
  return redis === null || nats === null ? null : Math.sqrt(redis * nats)
}

function seriesOfRows(
  rows: readonly HistoryRow[],
  metric: Metric,
  divisor: Divisor | null,
  invalidRuns: number,
): Series {
  const isRatio = divisor?.kind === 'reference'
  const points = rows.map((row): Point => {
    const { runId, startedAt, commit, isDirty } = row
    const measured = metric.of(row) ?? 0
    const value = measured / (isRatio ? (referenceMs(row) ?? 1) : 1)
    return { runId, startedAt, commit, isDirty: isDirty ?? false, value, measured }
  })
  const latest = rows.at(-1)
  if (latest === undefined) throw new RangeError('a series has at least one row')
  const versions = versionChanges(rows)
  return {
    scenario: latest.scenario,
    operation: latest.operation,
    seriesKey: keyOf(latest),
    environment: latest.environment,
    workloadHash: latest.workloadHash,
    metric,
    timeKind: metric.unit === 'ms' ? timeKindOf(latest) : null,
    divisor,
    unit: isRatio ? '×' : metric.unit,
    referenceMs: isRatio ? medianOf(rows.map((row) => referenceMs(row) ?? 1)) : null,
    points,
    versionChanges: versions,
    changes: changesIn(points, versions, metric),
    invalidRuns,
  }
}

/**
 * A value of a series in its metric's unit. A series that is divided by the reference gives the time on a
 * machine of its runs' median speed, so that levels of fast and slow days can be compared.
 */
export function inMetricUnit({ referenceMs: reference }: Series, value: number): number {
  return value * (reference ?? 1)
}

/** The level since the last change, or of all runs without one, in the metric's unit. */
export function presentLevel(series: Series): number {
  const from = series.changes?.at(-1)?.index ?? 0
  const values = series.points.slice(from).map(({ value }) => value)
  return inMetricUnit(series, levelOf(series.metric, values))
}
