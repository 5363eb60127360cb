import { html } from 'htm/preact'
import { counted, formatFigure } from '../../format.ts'
import { printable } from '../../printable.ts'
import { chartGrid } from '../../report/html/chart-figure.ts'
import { dataTable } from '../../report/html/data-table.ts'
import { noteList, type PageSection } from '../../report/html/verdict-page.ts'
import { presentLevel, type Series } from '../decision/series.ts'
import { seriesChart } from './series-chart.ts'
import {
  commitText,
  directionOf,
  divisorNotes,
  neededText,
  periodText,
  versionNotes,
} from './series-notes.ts'
import { longestOf, nameOf } from './trend-groups.ts'

/** One operation's metrics over its runs: where they are now, and a chart of each that varied. */
export function seriesSection(group: readonly Series[], id: string): PageSection {
  const longest = longestOf(group)
  if (longest === undefined) return { id, heading: '', body: null, charts: [] }
  const heading = printable(nameOf(longest))
  const latest = longest.points.at(-1)
  // A metric that never varied, such as no errors in any run, needs no chart.
  const charts = group.flatMap((series, at) =>
    isConstant(series) ? [] : [seriesChart(series, `${id}-${at + 1}`)],
  )
  const invalid =
    longest.invalidRuns === 0 ? '' : `; ${counted(longest.invalidRuns, 'invalid run')} left out`
  const body = html`<p class="note">
      ${periodText(longest)}${invalid}; ${printable(longest.environment)}; load
      ${` ${longest.workloadHash ?? 'not recorded'}`}.
    </p>
    ${dataTable({
      caption: `Metrics of ${heading}`,
      columns: [
        { heading: 'metric' },
        { heading: 'level', isFigure: true },
        {
          heading: `latest run${latest === undefined ? '' : `, ${commitText(latest)}`}`,
          isFigure: true,
        },
        { heading: 'changes' },
      ],
      rows: group.map(metricRow),
    })}
    ${chartGrid(charts)}
    ${noteList([...divisorNotes(group), ...versionNotes(longest)].map((note) => note.trim()))}`
  return { id, heading, body, charts }
}

function metricRow(series: Series): readonly string[] {
  const { metric, points, timeKind } = series
  const latest = points.at(-1)
  return [
    timeKind === null ? metric.label : `${timeKind} time ${metric.label}`,
    formatFigure(presentLevel(series), metric.unit),
    latest === undefined ? '–' : formatFigure(latest.measured, metric.unit),
    changesText(series),
  ]
}

function changesText({ changes, points }: Series): string {
  if (changes === null) return neededText(points)
  return (
    changes
      .map((change) => `${directionOf(change)} since ${commitText(change.first)}`)
      .join('; ') || 'none'
  )
}

function isConstant({ points }: Series): boolean {
  return points.every(({ measured }) => measured === points[0]?.measured)
}
