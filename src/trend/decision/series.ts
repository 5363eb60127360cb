import type { HistoryRow } from '../../run-file/history/history.ts'
import { changesIn, type Change, type Point } from './changes.ts'
import { chooseDivisor, DECIDING_RUNS, type Divisor } from './divisor.ts'
import { timeKindOf, type Metric, type TimeKind } from './metrics.ts'
import { versionChanges, type VersionChange } from './version-changes.ts'

/** The course of one metric of one operation, over runs that can be compared. */
export interface Series {
  readonly scenario: string
  readonly operation: string
  /** 16 hex digits: runs on such machines and major versions are in one series. */
  readonly seriesKey: string
  /** Of the latest run. */
  readonly environment: string
  readonly workloadHash: string | null
  readonly metric: Metric
  /** `null` for what is not a time. */
  readonly timeKind: TimeKind | null
  /** By what times are divided; `null` for what is not a time. */
  readonly divisor: Divisor | null
  /** `×`: multiples of the reference workload's round trip. */
  readonly unit: Metric['unit'] | '×'
  /** By time. */
  readonly points: readonly Point[]
  readonly versionChanges: readonly VersionChange[]
  /** `null` where there are too few points to find any. */
  readonly changes: readonly Change[] | null
  /** Runs left out because their measurement was invalid. */
  readonly invalidRuns: number
}

/** What is looked at. */
export interface TrendSelection {
  readonly metrics: readonly Metric[]
  /** Whether times may be divided by the reference workload's. */
  readonly isByReference: boolean
}

/**
 * Series of unlike machines, major versions or loads are apart, see `seriesKey` of history.ts. Those that
 * never had a value, such as the delivery of what delivers nothing, are left out. Rows of later runs alter
 * no change that was found without them.
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

/** One series; and another from where the reference that its times are divided by is missing. */
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
 * Multiples of unlike references, or of some runs only, would make steps where nothing changed: runs
 * without the reference of the first ones are a series of their own.
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

/** One round trip of the reference workload: the geometric mean of those of Redis and NATS. */
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
    const value = (metric.of(row) ?? 0) / (isRatio ? (referenceMs(row) ?? 1) : 1)
    return { runId, startedAt, commit, isDirty: isDirty ?? false, value }
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
    points,
    versionChanges: versions,
    changes: changesIn(points, versions, metric),
    invalidRuns,
  }
}
