import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'
import { counted, formatCount, formatMs } from '../../../../format.ts'
import type { ReadTrace } from '../../../../traces/waterfall/read-spans.ts'
import {
  waterfall,
  type Waterfall,
  type WaterfallRow,
} from '../../../../traces/waterfall/waterfall.ts'
import { dataTable } from '../../data-table.ts'
import { partTone } from './part-tone.ts'

const MAX_ROWS = 40
/** Of each span. */
const MAX_ATTRIBUTES = 10
/** Of a name or a value, in UTF-16 units. */
const MAX_TEXT = 120

/** The spans of a trace as a table with bars over time; `null` without a valid span. */
export function waterfallTable(trace: ReadTrace, caption: string): VNode | null {
  const shown = waterfall(trace, MAX_ROWS)
  if (shown === null) return null
  return dataTable({
    caption,
    kind: 'waterfall',
    columns: [
      { heading: 'span' },
      { heading: `0 to ${formatMs(shown.axisMs)} since it was due` },
      { heading: 'start', isFigure: true },
      { heading: 'duration', isFigure: true },
    ],
    rows: shown.rows.map((row) => [
      nameCell(row),
      timeBar(row, shown.axisMs),
      formatMs(row.startMs),
      formatMs(row.endMs - row.startMs),
    ]),
    note: remarkOn(shown),
  })
}

function remarkOn({ spans, cutRows, leftOut }: Waterfall): string {
  return [
    `${counted(spans, 'span')}.`,
    ...(cutRows > 0 ? [`${counted(cutRows, 'further row')} left out.`] : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'span')} could not be read, or were too many.`] : []),
  ].join(' ')
}

function nameCell(row: WaterfallRow): VNode {
  const { name, depth, process } = row
  return html`<div class=${`depth-${depth}`}>
    ${cut(name)}${row.kind === 'group' ? html` <strong>×${formatCount(row.count)}</strong>` : null}
    ${failure(row)} ${process === '' ? null : html`<small>in ${cut(process)}</small>`}
    ${row.kind === 'span' ? attributes(row.span.attributes) : null}
  </div>`
}

function failure(row: WaterfallRow): ComponentChildren {
  if (row.kind === 'group') {
    return row.failed === 0
      ? null
      : html`<span class="badge bad">${formatCount(row.failed)} failed</span>`
  }
  const { error } = row.span
  if (error === null) return null
  return html`<span class="badge bad">failed</span
    >${error === '' ? null : html`<small>${cut(error)}</small>`}`
}

function attributes(all: ReadonlyMap<string, string>): VNode | null {
  if (all.size === 0) return null
  const shown = [...all].slice(0, MAX_ATTRIBUTES)
  return html`<details>
    <summary>${counted(all.size, 'attribute')}</summary>
    <dl>
      ${shown.map(
        ([key, value]) =>
          html`<div>
            <dt>${cut(key)}</dt>
            <dd>${cut(value)}</dd>
          </div>`,
      )}
    </dl>
  </details>`
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

/** Of the drawing, in its own units. */
const WIDTH = 1_000
const HEIGHT = 14
/** A span of no time is seen, too. */
const MIN_BAR = 3
/** Bars of a group that are drawn. */
const MAX_BARS = 50

/** Start and duration are in the cells beside it. */
function timeBar(row: WaterfallRow, axisMs: number): VNode {
  const times = row.kind === 'group' ? row.times.slice(0, MAX_BARS) : [row]
  const xOf = (ms: number): number => Math.min(Math.max(ms / axisMs, 0), 1) * WIDTH
  const bars = times.map(({ startMs, endMs }) => {
    const from = Math.min(xOf(startMs), WIDTH - MIN_BAR)
    const width = Math.max(xOf(endMs) - from, MIN_BAR)
    return html`<rect
      class=${partTone(row.part)}
      x=${from.toFixed(1)}
      y="2"
      width=${width.toFixed(1)}
      height=${HEIGHT - 4}
    />`
  })
  const quarters = [0, 0.25, 0.5, 0.75, 1].map(
    (at) => html`<line class="quarter" x1=${at * WIDTH} x2=${at * WIDTH} y1="0" y2=${HEIGHT} />`,
  )
  return html`<svg
    class="time-bar"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    ${quarters} ${bars}
  </svg>`
}
