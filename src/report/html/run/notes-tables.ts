import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMsOrDash } from '../../../format.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import { countOf, figuresOf, passedOf, renderTrouble } from '../../terminal/notes.ts'
import { dataTable } from '../data-table.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** Tables of the tags, checks and metrics that requests recorded, and their problems. */
export function notesTables({ name: scenario, result, bounds }: Measured): VNode {
  const { operations, metrics, measuredMs } = result
  const trouble = renderTrouble(result, bounds)
  return html`${dataTable({
    caption: `Tags of ${scenario}`,
    columns: [
      { heading: 'tag' },
      { heading: 'operation' },
      ...['requests', 'ok', 'P50', 'P95', 'P99', 'service P50', 'service P95', 'service P99'].map(
        figure,
      ),
    ],
    rows: operations.flatMap(({ name, tags }) =>
      tags
        .filter((split) => countOf(split) > 0)
        .map((split) => [
          `${split.tag}=${split.value ?? '(none)'}`,
          name,
          formatCount(countOf(split)),
          formatCount(split.counts.ok),
          ...(['response', 'service'] as const).flatMap((time) =>
            (['p50Ms', 'p95Ms', 'p99Ms'] as const).map((percentile) =>
              formatMsOrDash(split[time].figures[percentile]),
            ),
          ),
        ]),
    ),
  })}
  ${dataTable({
    caption: `Checks of ${scenario}`,
    columns: [
      { heading: 'check' },
      { heading: 'operation' },
      ...['made', 'failed', 'passed'].map(figure),
    ],
    rows: operations.flatMap(({ name, checks }) =>
      checks.map((check) => [
        check.name,
        name,
        formatCount(check.passed + check.failed),
        formatCount(check.failed),
        passedOf(check),
      ]),
    ),
  })}
  ${dataTable({
    caption: `Metrics of ${scenario}`,
    columns: [{ heading: 'metric' }, { heading: 'kind' }, { heading: 'figures' }],
    rows: metrics.map((metric) => [metric.name, metric.kind, figuresOf(metric, measuredMs)]),
  })}
  ${
    trouble.length === 0
      ? null
      : html`<ul class="note">
          ${trouble.map((line) => html`<li>${line}</li>`)}
        </ul>`
  }`
}

function figure(heading: string): { readonly heading: string; readonly isFigure: true } {
  return { heading, isFigure: true }
}
