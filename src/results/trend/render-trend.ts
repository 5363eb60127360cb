import { plot } from 'simple-ascii-chart'
import { formatMs } from '../../load/duration.ts'
import { printable } from '../printable.ts'
import { paint } from '../render-scenario.ts'
import { renderTable } from '../render-table.ts'
import { FEWEST_VALUES, GREATEST_P } from '../statistics/change-points.ts'
import type { Change, Series } from './series.ts'

/** How many of the latest runs are drawn. */
const MOST_DRAWN = 60

/**
 * The course of each series in a line, with what changed, by scenario and operation.
 * @param isDrawn whether each series is drawn as a chart too.
 */
export function renderTrend(all: readonly Series[], isDrawn: boolean): string {
  const groups = Map.groupBy(all, ({ scenario, operation, environmentKey, workloadHash }) =>
    JSON.stringify([scenario, operation, environmentKey, workloadHash]),
  )
  const blocks = [...groups.values()].map((group) => renderGroup(group, isDrawn))
  return [...blocks, closing(all)].join('\n\n')
}

function renderGroup(group: readonly Series[], isDrawn: boolean): string {
  const [first] = group
  if (first === undefined) return ''
  const { scenario, operation, environment, workloadHash, invalidRuns } = first
  const dirty = first.points.filter(({ isDirty }) => isDirty).length
  const notes = [
    counted(Math.max(...group.map(({ points }) => points.length)), 'run'),
    invalidRuns === 0 ? null : `${invalidRuns} invalid left out`,
    dirty === 0 ? null : `${dirty} of uncommitted work (*)`,
    group.every(({ unit }) => unit !== '×') ? null : '× = round trips of the reference workload',
  ].filter((note) => note !== null)
  const lines = [
    paint('bold', printable(`${scenario}: ${operation}`)),
    paint('dim', printable(`  ${environment}; load ${workloadHash ?? 'not recorded'}`)),
    `  ${notes.join(', ')}`,
    renderCourses(group),
    ...group.flatMap((series) => (series.changes ?? []).map((change) => said(series, change))),
    ...group.flatMap((series) =>
      isDrawn && series.points.length > 1 ? [`\n${chart(series)}`] : [],
    ),
  ]
  return lines.join('\n')
}

function renderCourses(group: readonly Series[]): string {
  const right = ['mean', 'latest'].map((heading) => ({ heading, align: 'right' }) as const)
  const left = ['metric', 'course'].map((heading) => ({ heading, align: 'left' }) as const)
  return renderTable(
    [...left, ...right, { heading: 'changes', align: 'left' }],
    group.map((series) => {
      const values = series.points.map(({ value }) => value)
      const latest = series.points.at(-1)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return [
        series.metric.label,
        sparkline(values.slice(-MOST_DRAWN)),
        figure(series, mean),
        `${figure(series, latest?.value ?? mean)}${latest?.isDirty === true ? '*' : ''}`,
        changesText(series),
      ]
    }),
  )
}

function changesText({ changes, points }: Series): string {
  if (changes === null) {
    return `${counted(FEWEST_VALUES - points.length, 'more run')} needed to find any`
  }
  return changes.length === 0 ? 'none' : String(changes.length)
}

/** One change: `P95 worse by 12.3 % since 1a2b3c4 …`. */
function said(series: Series, change: Change): string {
  const { first, meanBefore, meanAfter, relative, p, isWithinCommit } = change
  const isWorse = meanAfter > meanBefore === (series.metric.better === 'less')
  const size = relative === null ? '' : ` by ${Math.abs(relative * 100).toFixed(1)} %`
  const word = paint(isWorse ? 'red' : 'green', `${isWorse ? 'worse' : 'better'}${size}`)
  const commit = `${first.commit ?? 'no commit'}${first.isDirty ? '*' : ''}`
  const means = `${figure(series, meanBefore)} before, ${figure(series, meanAfter)} after`
  const chance = p < 1e-6 ? 'p < 0.000001' : `p = ${p.toPrecision(2)}`
  const note = isWithinCommit ? '; between two runs of this commit, so not its doing' : ''
  return `  ${series.metric.label} ${word} since ${paint('bold', commit)} (${first.startedAt.slice(0, 16)}Z): mean ${means}, ${chance}${note}`
}

/** Eight heights from the least to the greatest value. */
function sparkline(values: readonly number[]): string {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  const heights = '▁▂▃▄▅▆▇█'
  return values
    .map((value) =>
      greatest === least
        ? heights.charAt(3)
        : heights.charAt(Math.round(((value - least) / (greatest - least)) * 7)),
    )
    .join('')
}

/** Runs from left to right, the latest last; changes are upright lines. */
function chart(series: Series): string {
  const points = series.points.slice(-MOST_DRAWN)
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
      formatter: significant,
    },
  )
  return drawn.replace(/^\n+/, '').trimEnd()
}

function figure({ unit }: Series, value: number): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case '×':
      return `${significant(value)} ×`
    case '1/s':
      return `${value.toFixed(1)}/s`
    case 'ratio':
      return `${(value * 100).toFixed(2)} %`
  }
}

function significant(value: number): number {
  return Number(value.toPrecision(3))
}

function closing(all: readonly Series[]): string {
  const searched = all.filter(({ changes }) => changes !== null).length
  if (searched === 0) return `No series has the ${FEWEST_VALUES} runs that a change needs.`
  const found = all.reduce((sum, { changes }) => sum + (changes?.length ?? 0), 0)
  return `${counted(found, 'change')} in ${searched} series with ${FEWEST_VALUES} runs or more, at p ≤ ${GREATEST_P}; of 100 flat series of 100 runs, about 3 show one all the same.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
