import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { counted, formatCount, formatUtc } from '../../format.ts'
import { printable } from '../../printable.ts'
import { dataTable, type TableColumn } from '../../report/html/data-table.ts'
import type { Page } from '../../report/html/page.ts'
import { outcomeBadge } from '../../report/html/run/outcome-badge.ts'
import { noteList, verdictPage, type PageSection } from '../../report/html/verdict-page.ts'
import type { Change } from '../decision/changes.ts'
import type { Series } from '../decision/series.ts'
import { commitText, directionOf, levelsOf } from './series-notes.ts'
import { seriesSection } from './series-section.ts'
import { closingText, groupsOf, nameOf } from './trend-groups.ts'

/** What a page of a history says besides its series. */
export interface TrendPageOptions {
  /** What the page is: a trend, or a whole history. */
  readonly title: string
  /** Why run files and lines of the history are missing. */
  readonly unread: readonly string[]
}

/** A history as a page: what changed first, then each operation's metrics over its runs. */
export function trendPage(all: readonly Series[], { title, unread }: TrendPageOptions): Page {
  const changes = changesOf(all)
  const groups = groupsOf(all)
  const points = all.flatMap((series) => series.points)
  const dates = points.map(({ startedAt }) => startedAt).toSorted()
  const [first, last] = [dates[0], dates.at(-1)]
  return verdictPage({
    title,
    kicker: title,
    ...endingOf(changes),
    sentence: sentenceOf(all, changes),
    facts: [
      ['Runs', formatCount(new Set(points.map(({ runId }) => runId)).size)],
      ['First', first === undefined ? null : formatUtc(first)],
      ['Latest', last === undefined ? null : formatUtc(last)],
      ['Operations', formatCount(groups.length)],
      ['Series', formatCount(all.length)],
    ],
    sections: [
      ...(changes.length === 0 ? [] : [changesSection(changes)]),
      ...groups.map((group, at) => seriesSection(group, `series-${at + 1}`)),
      aboutSection(all, unread),
    ],
    footer: `${title}, ${counted(all.length, 'series', 'series')}`,
  })
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

/** A series that got worse last is bad news; changes that came and went are not. */
function endingOf(
  changes: readonly Found[],
): Pick<Parameters<typeof verdictPage>[0], 'ending' | 'word'> {
  const [latest] = changes
  if (latest === undefined) return { ending: 'met', word: 'unchanged' }
  return standingWorse(changes) === undefined
    ? { ending: 'met', word: 'better' }
    : { ending: 'missed', word: 'worse' }
}

/** The latest change for the worse that no later one of its series followed. */
function standingWorse(changes: readonly Found[]): Found | undefined {
  return changes.find(({ series, change }) => change.isWorse && series.changes?.at(-1) === change)
}

/** The change that matters most, and how many there are. */
function sentenceOf(all: readonly Series[], changes: readonly Found[]): string {
  if (all.length === 0) return 'The history has no valid run.'
  const latest = standingWorse(changes) ?? changes[0]
  if (latest === undefined) {
    const runs = Math.max(...all.map(({ points }) => points.length))
    return all.some(({ changes: found }) => found !== null)
      ? `No metric changed in ${counted(runs, 'run')}.`
      : `${counted(runs, 'run')}: too few to find a change.`
  }
  const { series, change } = latest
  const worse = changes.filter((one) => one.change.isWorse).length
  const better = changes.length - worse
  const [before, after] = levelsOf(series, change)
  return `${printable(nameOf(series))}: ${series.metric.label} ${directionOf(change)} since ${commitText(change.first)}, from ${before} to ${after}. In all, ${counted(worse, 'change')} for the worse and ${formatCount(better)} for the better.`
}

const left = (heading: string): TableColumn => ({ heading })
const right = (heading: string): TableColumn => ({ heading, isFigure: true })

function changesSection(changes: readonly Found[]): PageSection {
  const table = dataTable({
    caption: 'Every change, the latest first',
    columns: [
      left('scenario: operation'),
      left('metric'),
      left('change'),
      left('since'),
      right('before'),
      right('after'),
      right('confirmed by'),
      left('at the same time'),
    ],
    rows: changes.map(({ series, change }) => [
      printable(nameOf(series)),
      series.metric.label,
      badge(change),
      html`<code>${commitText(change.first)}</code
        ><small>${formatUtc(change.first.startedAt)}</small>`,
      ...levelsOf(series, change),
      counted(change.confirmedBy - change.index + 1, 'run'),
      [...(change.isWithinCommit ? ['the same commit'] : []), ...change.beside.map(printable)].join(
        '; ',
      ),
    ]),
  })
  return { id: 'changes', heading: 'Changes', body: table, charts: [] }
}

function badge(change: Change): VNode {
  const { isWorse } = change
  const word = isWorse ? 'worse' : 'better'
  // A narrow page shows a badge's sign only.
  return html`${outcomeBadge(isWorse ? 'missed' : 'met', word)}${directionOf(change).slice(word.length)}`
}

function aboutSection(all: readonly Series[], unread: readonly string[]): PageSection {
  const body = html`<p>${closingText(all)}</p>
    <p>
      A change is reported once eight runs or more confirm it. Times are service times unless a
      section says otherwise; a star marks runs of uncommitted work.
    </p>
    ${
      unread.length === 0
        ? null
        : html`<details>
            <summary>${counted(unread.length, 'file or line', 'files or lines')} left out</summary>
            ${noteList(unread.map(printable))}
          </details>`
    }`
  return { id: 'about', heading: 'How changes are found', body, charts: [] }
}
