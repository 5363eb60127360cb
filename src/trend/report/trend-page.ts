import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { counted, formatFigure } from '../../format.ts'
import { printable } from '../../printable.ts'
import { chartFigure } from '../../report/html/chart-figure.ts'
import type { LineChart } from '../../report/html/chart.ts'
import { dataTable, type TableColumn } from '../../report/html/data-table.ts'
import type { Page } from '../../report/html/page.ts'
import type { Change } from '../decision/changes.ts'
import { presentLevel, type Series } from '../decision/series.ts'
import { seriesChart } from './series-chart.ts'
import {
  changeText,
  commitText,
  dateTimeText,
  directionOf,
  divisorNotes,
  levelsOf,
  periodText,
  versionNotes,
} from './series-notes.ts'
import { closingText, groupsOf } from './trend-groups.ts'

/** What a page of a history says besides its series. */
export interface TrendPageOptions {
  readonly title: string
  /** Why run files and lines of the history are missing. */
  readonly unread: readonly string[]
}

/** A history as a page: what changed first, then each operation's metrics over its runs. */
export function trendPage(all: readonly Series[], { title, unread }: TrendPageOptions): Page {
  const groups = groupsOf(all).map((series, at) => groupOf(series, `series-${at + 1}`))
  return {
    title,
    charts: groups.flatMap(({ charts }) => charts),
    body: html`
      <header>
        <h1>${title}</h1>
        <p class="summary">${summaryOf(all)}</p>
      </header>
      <main>
        ${changesSection(all)} ${groups.length > 1 ? contents(groups) : null}
        ${groups.map(({ section }) => section)}
        <section id="about">
          <h2>About this page</h2>
          <p>${closingText(all)}</p>
          ${unread.length === 0 ? null : leftOut(unread)}
        </section>
      </main>
    `,
  }
}

/** One sentence: the latest change, and how many there are. */
function summaryOf(all: readonly Series[]): string {
  if (all.length === 0) return 'The history has no valid run.'
  const changes = changesOf(all)
  const [latest] = changes
  if (latest === undefined) {
    const runs = Math.max(...all.map(({ points }) => points.length))
    return all.some(({ changes: found }) => found !== null)
      ? `No metric changed in ${counted(runs, 'run')}.`
      : `${counted(runs, 'run')}: too few to find a change.`
  }
  const { series, change } = latest
  const worse = changes.filter((one) => one.change.isWorse).length
  const counts = `${counted(worse, 'change')} for the worse, ${formatBetter(changes.length - worse)}.`
  return `${counts} The latest: ${printable(nameOf(series))}, ${changeText(series, change)}.`
}

function formatBetter(count: number): string {
  return count === 0 ? 'none for the better' : `${count} for the better`
}

interface Found {
  readonly series: Series
  readonly change: Change
}

/** All changes, the latest first. */
function changesOf(all: readonly Series[]): readonly Found[] {
  return all
    .flatMap((series) => (series.changes ?? []).map((change) => ({ series, change })))
    .toSorted((a, b) => (a.change.first.startedAt < b.change.first.startedAt ? 1 : -1))
}

const left = (heading: string): TableColumn => ({ heading })
const right = (heading: string): TableColumn => ({ heading, isFigure: true })

function changesSection(all: readonly Series[]): VNode | null {
  const changes = changesOf(all)
  if (changes.length === 0) return null
  return html`<section id="changes">
    <h2>Changes</h2>
    ${dataTable({
      caption: 'Every change, the latest first',
      columns: [
        left('metric'),
        left('scenario: operation'),
        left('change'),
        left('since'),
        left('date'),
        right('before'),
        right('after'),
        right('confirmed by'),
        left('at the same time'),
      ],
      rows: changes.map(({ series, change }) => [
        series.metric.label,
        printable(nameOf(series)),
        html`<span class=${change.isWorse ? 'missed' : 'met'}>${directionOf(change)}</span>`,
        html`<code>${commitText(change.first)}</code>`,
        dateTimeText(change.first.startedAt),
        ...levelsOf(series, change),
        counted(change.confirmedBy - change.index + 1, 'run'),
        [
          ...(change.isWithinCommit ? ['the same commit'] : []),
          ...change.beside.map(printable),
        ].join('; '),
      ]),
    })}
  </section>`
}

interface Group {
  readonly id: string
  readonly name: string
  readonly section: VNode
  readonly charts: readonly LineChart[]
}

function contents(groups: readonly Group[]): VNode {
  return html`<nav aria-label="Operations">
    <ul>
      ${groups.map(({ id, name }) => html`<li><a href=${`#${id}`}>${name}</a></li>`)}
    </ul>
  </nav>`
}

function groupOf(group: readonly Series[], id: string): Group {
  const [longest] = group.toSorted((a, b) => b.points.length - a.points.length)
  const name = longest === undefined ? '' : printable(nameOf(longest))
  // A metric that never varied, such as no errors in any run, needs no chart.
  const charts = group.flatMap((series, at) =>
    isConstant(series) ? [] : [seriesChart(series, `${id}-${at + 1}`)],
  )
  const section = html`<section id=${id}>
    <h2>${name}</h2>
    ${
      longest === undefined
        ? null
        : html`<p>
            ${printable(longest.environment)}; load ${longest.workloadHash ?? 'not recorded'};
            ${` ${periodText(longest)}`}${leftOutRuns(longest)}.
          </p>`
    }
    ${dataTable({
      caption: `Metrics of ${name}`,
      columns: [left('metric'), right('level'), right('latest'), left('changes')],
      rows: group.map(metricRow),
    })}
    ${charts.map(chartFigure)}
    <ul class="notes">
      ${[...divisorNotes(group), ...(longest === undefined ? [] : versionNotes(longest))].map(
        (note) => html`<li>${note.trim()}</li>`,
      )}
    </ul>
  </section>`
  return { id, name, section, charts }
}

function metricRow(series: Series): readonly string[] {
  const { metric, points, changes, timeKind } = series
  const latest = points.at(-1)
  return [
    timeKind === null ? metric.label : `${timeKind} ${metric.label}`,
    formatFigure(presentLevel(series), metric.unit),
    latest === undefined
      ? '–'
      : `${formatFigure(latest.measured, metric.unit)} (${commitText(latest)})`,
    changes === null
      ? 'too few runs'
      : changes.length === 0
        ? 'none'
        : changes
            .map((change) => `${directionOf(change)} since ${commitText(change.first)}`)
            .join('; '),
  ]
}

function leftOutRuns({ invalidRuns }: Series): string {
  return invalidRuns === 0 ? '' : `; ${counted(invalidRuns, 'invalid run')} left out`
}

function isConstant({ points }: Series): boolean {
  return points.every(({ measured }) => measured === points[0]?.measured)
}

function nameOf({ scenario, operation }: Series): string {
  return `${scenario}: ${operation}`
}

function leftOut(unread: readonly string[]): VNode {
  return html`<details>
    <summary>${counted(unread.length, 'file or line', 'files or lines')} left out</summary>
    <ul>
      ${unread.map((reason) => html`<li>${printable(reason)}</li>`)}
    </ul>
  </details>`
}
