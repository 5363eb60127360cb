import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMs, formatSeconds } from '../../../../format.ts'
import type { LoadResultJson } from '../../../../run-file/schema/load-result-schema.ts'
import { largestPartSentence, partsOfAll, partsText } from '../../../slowest/part-name.ts'
import { missingHandlersSentence } from '../../../slowest/traces-sentence.ts'
import { dataTable } from '../../data-table.ts'
import type { PageTraces } from './page-traces.ts'
import { partsBar, partsLegend } from './parts-bar.ts'
import { waterfallTable } from './waterfall-table.ts'

type Operation = LoadResultJson['operations'][number]
type Slowest = NonNullable<Operation['slowest']>

/** An operation's slowest requests: where their time went, and their spans over time. `null` if requests were not traced. */
export function slowestSection(
  { name, slowest = [] }: Operation,
  { traces, perOperation, problem }: PageTraces,
): VNode | null {
  if (slowest.length === 0) return null
  const parts = partsOfAll(slowest).filter(({ ms }) => ms > 0)
  const shown = slowest.slice(0, perOperation).flatMap(({ traceId, number, responseMs }) => {
    const trace = traces.get(traceId)
    const title = `Request ${formatCount(number)}: ${formatMs(responseMs)}`
    const table = trace === undefined ? null : waterfallTable(trace, `${name}, trace ${traceId}`)
    return table === null ? [] : [{ title, table }]
  })
  return html`<div class="slowest">
    <h4>${name}: slowest requests</h4>
    <p class="note">${largestPartSentence(slowest)}</p>
    ${partsLegend(parts.map((part) => part.name))} ${partsTable(name, slowest)}
    ${shown.map(
      ({ title, table }, at) =>
        html`<details open=${at === 0}>
          <summary>${title}</summary>
          ${table}
        </details>`,
    )}
    ${problem === null ? null : html`<p class="note">Spans over time are not shown. ${problem}</p>`}
  </div>`
}

function partsTable(name: string, slowest: Slowest): VNode | null {
  const fullMs = Math.max(...slowest.map(({ responseMs }) => responseMs), Number.MIN_VALUE)
  const note = missingHandlersSentence(slowest)
  return dataTable({
    caption: `${name}: where the time of the slowest went`,
    kind: 'slowest-parts',
    columns: [
      { heading: 'request' },
      { heading: 'response', isFigure: true },
      { heading: 'where its time went' },
      { heading: 'due', isFigure: true },
      { heading: 'trace' },
    ],
    rows: slowest.map(({ number, ending, responseMs, parts, dueMs, traceId }) => [
      html`${formatCount(number)}
      ${ending === 'ok' ? null : html`<span class="badge bad">${ending}</span>`}`,
      formatMs(responseMs),
      html`${partsBar(parts, fullMs)}<small>${partsText(parts)}</small>`,
      `at ${formatSeconds(dueMs, 1)}`,
      html`<code>${traceId}</code>`,
    ]),
    ...(note === null ? {} : { note }),
  })
}
