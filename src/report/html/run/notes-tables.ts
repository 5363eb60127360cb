import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMs } from '../../../format.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import { countOf, figuresOf, passedOf, renderTrouble } from '../../terminal/notes.ts'
import { dataTable, left, right } from '../data-table.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** Tables of the tags, checks and metrics that requests wrote, and what is wrong with them. */
export function notesTables({ name: scenario, result, bounds }: Measured): VNode {
  const { operations, metrics, measuredMs } = result
  const trouble = renderTrouble(result, bounds)
  return html`${dataTable(
    `Tags of ${scenario}`,
    [
      left('tag'),
      left('operation'),
      ...['requests', 'ok', 'P50', 'P95', 'P99', 'service P50', 'service P95', 'service P99'].map(
        right,
      ),
    ],
    operations.flatMap(({ name, tags }) =>
      tags
        .filter((split) => countOf(split) > 0)
        .map((split) => [
          `${split.tag}=${split.value ?? '(none)'}`,
          name,
          formatCount(countOf(split)),
          formatCount(split.counts.ok),
          ...(['response', 'service'] as const).flatMap((time) =>
            (['p50Ms', 'p95Ms', 'p99Ms'] as const).map((percentile) =>
              ms(split[time].figures[percentile]),
            ),
          ),
        ]),
    ),
  )}
  ${dataTable(
    `Checks of ${scenario}`,
    [left('check'), left('operation'), ...['made', 'failed', 'passed'].map(right)],
    operations.flatMap(({ name, checks }) =>
      checks.map((check) => [
        check.name,
        name,
        formatCount(check.passed + check.failed),
        formatCount(check.failed),
        passedOf(check),
      ]),
    ),
  )}
  ${dataTable(
    `Metrics of ${scenario}`,
    [left('metric'), left('kind'), left('figures')],
    metrics.map((metric) => [metric.name, metric.kind, figuresOf(metric, measuredMs)]),
  )}
  ${
    trouble.length === 0
      ? null
      : html`<ul class="note">
          ${trouble.map((line) => html`<li>${line}</li>`)}
        </ul>`
  }`
}

function ms(time: number | null): string {
  return time === null ? '–' : formatMs(time)
}
