import { toCsv, type Column } from '../../run-file/csv/csv.ts'
import type { Change, Point } from '../decision/changes.ts'
import type { Series } from '../decision/series.ts'

interface PointRow {
  readonly series: Series
  readonly point: Point
  /** The change that begins here. */
  readonly change: Change | null
  /** The version change at this run. */
  readonly versions: string | null
}

/** One row per run of a series; the row of the first run after a change describes it. */
export function trendCsv(all: readonly Series[]): string {
  return toCsv(
    COLUMNS,
    all.flatMap((series) =>
      series.points.map((point, index): PointRow => {
        const change = series.changes?.find((one) => one.index === index) ?? null
        const versions = series.versionChanges.find((at) => at.index === index)?.text ?? null
        return { series, point, change, versions }
      }),
    ),
  )
}

/** All series as plain data, for JSON. */
export function trendData(all: readonly Series[]): readonly object[] {
  return all.map(({ metric, changes, ...series }) => ({
    ...series,
    metric: metric.name,
    better: metric.better,
    changes:
      changes?.map(({ first, confirmer, ...change }) => ({
        ...change,
        commit: first.commit,
        runId: first.runId,
        confirmedByRunId: confirmer.runId,
      })) ?? null,
  }))
}

const COLUMNS: readonly Column<PointRow>[] = [
  column('scenario', ({ series }) => series.scenario),
  column('operation', ({ series }) => series.operation),
  column('metric', ({ series }) => series.metric.name),
  column('timeKind', ({ series }) => series.timeKind),
  column('unit', ({ series }) => series.unit),
  column('seriesKey', ({ series }) => series.seriesKey),
  column('workloadHash', ({ series }) => series.workloadHash),
  column('runId', ({ point }) => point.runId),
  column('startedAt', ({ point }) => point.startedAt),
  column('commit', ({ point }) => point.commit),
  column('isDirty', ({ point }) => point.isDirty),
  column('value', ({ point }) => point.value),
  column('versionChange', ({ versions }) => versions),
  column('isChange', ({ change }) => change !== null),
  column('levelBefore', ({ change }) => change?.levelBefore ?? null),
  column('levelAfter', ({ change }) => change?.levelAfter ?? null),
  column('relativeChange', ({ change }) => change?.relative ?? null),
  column('confirmedByRunId', ({ change }) => change?.confirmer.runId ?? null),
  column('measured', ({ point }) => point.measured),
]

function column(label: string, value: Column<PointRow>['value']): Column<PointRow> {
  return { label, description: label, value }
}
