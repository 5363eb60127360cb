import { toCsv, type Column } from '../csv.ts'
import type { Change, Point, Series } from './series.ts'

interface PointRow {
  readonly series: Series
  readonly point: Point
  /** That begins here. */
  readonly change: Change | null
}

/** One row a run of a series; the first run after a change says what it was. */
export function trendCsv(all: readonly Series[]): string {
  return toCsv(
    COLUMNS,
    all.flatMap((series) =>
      series.points.map((point, index): PointRow => {
        const change = series.changes?.find((candidate) => candidate.index === index) ?? null
        return { series, point, change }
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
      changes?.map(({ index, first, meanBefore, meanAfter, relative, p, isWithinCommit }) => ({
        index,
        commit: first.commit,
        runId: first.runId,
        meanBefore,
        meanAfter,
        relative,
        p,
        isWithinCommit,
      })) ?? null,
  }))
}

const COLUMNS: readonly Column<PointRow>[] = [
  column('scenario', ({ series }) => series.scenario),
  column('operation', ({ series }) => series.operation),
  column('metric', ({ series }) => series.metric.name),
  column('unit', ({ series }) => series.unit),
  column('environmentKey', ({ series }) => series.environmentKey),
  column('workloadHash', ({ series }) => series.workloadHash),
  column('runId', ({ point }) => point.runId),
  column('startedAt', ({ point }) => point.startedAt),
  column('commit', ({ point }) => point.commit),
  column('isDirty', ({ point }) => point.isDirty),
  column('value', ({ point }) => point.value),
  column('isChange', ({ change }) => change !== null),
  column('meanBefore', ({ change }) => change?.meanBefore ?? null),
  column('meanAfter', ({ change }) => change?.meanAfter ?? null),
  column('relativeChange', ({ change }) => change?.relative ?? null),
  column('p', ({ change }) => change?.p ?? null),
]

function column(label: string, value: Column<PointRow>['value']): Column<PointRow> {
  return { label, description: label, value }
}
