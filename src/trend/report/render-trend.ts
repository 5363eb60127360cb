import { plot } from 'simple-ascii-chart'
import { counted, formatFigure } from '../../format.ts'
import { printable } from '../../printable.ts'
import { sparkline } from '../../report/sparkline.ts'
import { paint, renderTable } from '../../report/terminal/text.ts'
import { MIN_RUNS } from '../decision/alarms.ts'
import { levelOf } from '../decision/changes.ts'
import type { Series } from '../decision/series.ts'
import { changeNote, divisorNotes, versionNotes } from './series-notes.ts'
import { wrapped } from './wrap.ts'

/** The number of latest runs in a sparkline, and in a chart. */
const MAX_IN_LINE = 28
const MAX_IN_CHART = 60
/** The probability, by Bonferroni, that a flat series ever shows a change: 0.05 per 24 series; see `alarmsIn`. */
const LEVEL_PER_SERIES = 0.05 / 24

/**
 * Each series as a row with its sparkline and changes, grouped by scenario and operation.
 * @param isDrawn also draws each series as a chart.
 */
export function renderTrend(all: readonly Series[], isDrawn: boolean): string {
  const groups = Map.groupBy(all, (series) =>
    JSON.stringify([series.scenario, series.operation, series.seriesKey, series.workloadHash]),
  )
  const blocks = [...groups.values()].map((group) => renderGroup(group, isDrawn))
  return [...blocks, wrapped(closing(all))].join('\n\n')
}

function renderGroup(group: readonly Series[], isDrawn: boolean): string {
  const longest = group.toSorted((a, b) => b.points.length - a.points.length)[0]
  if (longest === undefined) return ''
  const { scenario, operation, environment, workloadHash, invalidRuns, points } = longest
  const dirty = points.filter(({ isDirty }) => isDirty).length
  const kinds = new Set(group.map(({ timeKind }) => timeKind).filter((kind) => kind !== null))
  const notes = [
    counted(points.length, 'run'),
    invalidRuns === 0 ? null : `${invalidRuns} invalid left out`,
    dirty === 0 ? null : `${dirty} of uncommitted work (*)`,
    ...[...kinds].map((kind) => `P50 to P99.9 are ${kind} times`),
  ].filter((note) => note !== null)
  const lines = [
    paint('bold', wrapped(printable(`${scenario}: ${operation}`))),
    paint(
      'dim',
      wrapped(`  ${printable(environment)}; load ${printable(workloadHash ?? 'not recorded')}`),
    ),
    wrapped(`  ${notes.join(', ')}`),
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
  const right = ['level', 'latest'].map((heading) => ({ heading, align: 'right' }) as const)
  const left = ['metric', 'course'].map((heading) => ({ heading, align: 'left' }) as const)
  return renderTable(
    [...left, ...right, { heading: 'changes', align: 'left' }],
    group.map((series) => {
      const values = series.points.map(({ value }) => value)
      const latest = series.points.at(-1)
      const level = levelOf(series.metric, values)
      return [
        series.metric.label,
        sparkline(values.slice(-MAX_IN_LINE)),
        formatFigure(level, series.unit),
        `${formatFigure(latest?.value ?? level, series.unit)}${latest?.isDirty === true ? '*' : ''}`,
        changesText(series),
      ]
    }),
  )
}

function changesText({ changes, points }: Series): string {
  if (changes === null) return `in ${counted(MIN_RUNS - points.length, 'run')}`
  return changes.length === 0 ? 'none' : String(changes.length)
}

/** Runs from left to right, the latest last; vertical lines mark changes. */
function chart(series: Series): string {
  const points = series.points.slice(-MAX_IN_CHART)
  const offset = series.points.length - points.length
  const changes = (series.changes ?? []).map(({ index }) => index + 1).filter((x) => x > offset)
  const unit = series.unit === 'ratio' ? '' : `, ${series.unit}`
  const drawn = plot(
    points.map(({ value }, k): [number, number] => [offset + k + 1, value]),
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

function closing(all: readonly Series[]): string {
  const searched = all.filter(({ changes }) => changes !== null).length
  if (searched === 0) return `No series has the ${MIN_RUNS} runs needed to find a change.`
  const found = all.reduce((sum, { changes }) => sum + (changes?.length ?? 0), 0)
  const level = Number(Math.min(searched * LEVEL_PER_SERIES * 100, 100).toPrecision(2))
  const series = searched === 1 ? 'a flat series' : `${searched} flat series`
  return `${counted(found, 'change')} in ${searched} series with ${MIN_RUNS} runs or more. Of pages with ${series}, at most ${level} % ever show one, up to a lag-1 autocorrelation of 0.6.`
}
