import { plot } from 'simple-ascii-chart'
import { formatFigure } from '../../format.ts'
import { printable } from '../../printable.ts'
import { sparkline } from '../../report/sparkline.ts'
import { paint } from '../../report/terminal/paint.ts'
import { left, renderTable, right } from '../../report/terminal/table.ts'
import { inMetricUnit, presentLevel, type Series } from '../decision/series.ts'
import { changeNote, divisorNotes, neededText, periodText, versionNotes } from './series-notes.ts'
import { closingText, groupsOf, longestOf, nameOf } from './trend-groups.ts'
import { wrapped } from './wrap.ts'

/** The number of latest runs in a sparkline, and in a chart. */
const MAX_IN_LINE = 22
const MAX_IN_CHART = 60

/**
 * Each series as a row with its sparkline and changes, grouped by scenario and operation.
 * @param isDrawn also draws each series as a chart.
 */
export function renderTrend(all: readonly Series[], isDrawn: boolean): string {
  const blocks = groupsOf(all).map((group) => renderGroup(group, isDrawn))
  return [...blocks, wrapped(closingText(all))].join('\n\n')
}

function renderGroup(group: readonly Series[], isDrawn: boolean): string {
  const longest = longestOf(group)
  if (longest === undefined) return ''
  const { environment, workloadHash, invalidRuns, points } = longest
  const dirty = points.filter(({ isDirty }) => isDirty).length
  const kinds = new Set(group.map(({ timeKind }) => timeKind).filter((kind) => kind !== null))
  const notes = [
    invalidRuns === 0 ? null : `${invalidRuns} invalid left out`,
    dirty === 0 ? null : `${dirty} of uncommitted work (*)`,
    ...[...kinds].map((kind) => `P50 to P99.9 are ${kind} times`),
  ].filter((note) => note !== null)
  const lines = [
    paint('bold', wrapped(printable(nameOf(longest)))),
    paint(
      'dim',
      wrapped(`  ${printable(environment)}; load ${printable(workloadHash ?? 'not recorded')}`),
    ),
    wrapped(`  ${periodText(longest)}`),
    ...(notes.length === 0 ? [] : [wrapped(`  ${notes.join(', ')}`)]),
    renderCourses(group),
    ...group
      .flatMap((series) => (series.changes ?? []).map((change) => changeNote(series, change)))
      .map(wrapped),
    ...[...divisorNotes(group), ...versionNotes(longest)].map((line) =>
      paint('dim', wrapped(line)),
    ),
    ...group.flatMap((series) =>
      isDrawn && series.points.length > 1 ? [`\n${chart(series)}`] : [],
    ),
  ]
  return lines.join('\n')
}

function renderCourses(group: readonly Series[]): string {
  return renderTable(
    [left('metric'), left('course'), right('level'), right('latest'), left('last change')],
    group.map((series) => {
      const { metric, points } = series
      const values = points.map(({ value }) => value)
      const latest = points.at(-1)
      const level = presentLevel(series)
      return [
        metric.label,
        sparkline(values.slice(-MAX_IN_LINE)),
        formatFigure(level, metric.unit),
        `${formatFigure(latest?.measured ?? level, metric.unit)}${latest?.isDirty === true ? '*' : ''}`,
        changesText(series),
      ]
    }),
  )
}

function changesText({ changes, points }: Series): string {
  if (changes === null) return neededText(points)
  const last = changes.at(-1)
  if (last === undefined) return 'none'
  return `${last.isWorse ? 'worse' : 'better'} ${last.first.startedAt.slice(0, 10)}`
}

/** Runs from left to right, the latest last; vertical lines mark changes. */
function chart(series: Series): string {
  const points = series.points.slice(-MAX_IN_CHART)
  const offset = series.points.length - points.length
  const changes = (series.changes ?? []).map(({ index }) => index + 1).filter((x) => x > offset)
  const unit = series.metric.unit === 'ratio' ? '' : `, ${series.metric.unit}`
  const drawn = plot(
    points.map(({ value }, k): [number, number] => [offset + k + 1, inMetricUnit(series, value)]),
    {
      width: Math.max(points.length, 20),
      height: 10,
      title: `  ${series.metric.label}${unit}, by run`,
      hideXAxisTicks: true,
      thresholds: changes.map((x) => ({ x })),
      formatter: (value) => Number(value.toPrecision(3)),
    },
  )
  return drawn.replace(/^\n+/, '').trimEnd()
}
