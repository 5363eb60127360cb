import { withIntervals } from '../../../run-file/json/intervals-json.ts'
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import {
  counted,
  formatCount,
  formatMs,
  formatMsOrDash,
  formatPercentDown,
  formatRate,
  formatRateOrDash,
} from '../../../format.ts'
import { achievedPerSecond, total } from '../../../load/totals.ts'
import { outcomeWord } from '../../../run-file/outcome.ts'
import type { RunFile, ScenarioEntry } from '../../../run-file/run-file.ts'
import { headedFigure } from '../chart-figure.ts'
import { dataTable } from '../data-table.ts'
import { worstBoundFirst } from './bound-used.ts'
import { latencyChart } from './charts/latency-chart.ts'
import { timeBounds } from './charts/time-bounds.ts'
import { factList, type Fact } from './facts.ts'
import { courseOf, overTime } from './operation-section.ts'
import { outcomeBadge } from './outcome-badge.ts'
import { NOTHING, type Part } from './part.ts'
import { sloTable } from './slo-table.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Operation = Measured['result']['operations'][number]

/** What a reader needs first: the bounds, and the worst operation over time. */
export function summarySection(run: RunFile): Part {
  const { scenarios } = run
  if (scenarios.length === 0) return NOTHING
  const measured = scenarios.filter((scenario) => scenario.state === 'measured')
  const isOne = scenarios.length === 1
  const rows = measured.flatMap(({ name, slo, result }) =>
    slo.map((row) => ({
      scenario: isOne ? null : name,
      row,
      promises: result.operations,
    })),
  )
  const worst = worstOperation(measured)
  const chart =
    worst === null
      ? null
      : latencyChart(
          overTime(courseOf(worst.entry), worst.operation.name, 'worst-latency'),
          timeBounds(worst.entry.bounds, 'response', worst.operation.name),
        )
  return {
    charts: chart === null ? [] : [chart],
    body: html`<section id="summary" aria-labelledby="summary-heading">
      <h2 id="summary-heading">At a glance</h2>
      ${rows.length === 0 ? noBounds(measured) : null}
      <div class=${rows.length === 0 ? 'glance single' : 'glance'}>
        ${
          rows.length === 0
            ? null
            : html`<div>${sloTable('Service-level objectives, worst first', rows)}</div>`
        }
        <div>
          ${worst === null ? null : factList('tiles', tiles(worst.entry, worst.operation))}
          ${chart === null ? null : headedFigure(chart, 'h3')}
        </div>
      </div>
      ${isOne ? null : scenarioTable(run)}
    </section>`,
  }
}

function noBounds(measured: readonly Measured[]): VNode {
  return measured.some(({ bounds }) => bounds.length > 0)
    ? html`<p class="note">SLOs are judged on all shards of the load together.</p>`
    : html`<p class="note">No bound was judged.</p>`
}

/** The operation of the worst bound; without bounds, the slowest one. */
function worstOperation(
  measured: readonly Measured[],
): { readonly entry: Measured; readonly operation: Operation } | null {
  const operations = measured.flatMap((entry) =>
    entry.result.operations.map((operation) => ({ entry, operation })),
  )
  const bounds = measured.flatMap((entry) => entry.slo.map((row) => ({ entry, row })))
  const [worst] = bounds.toSorted((a, b) => worstBoundFirst(a.row, b.row))
  const ofWorst = operations.filter(
    ({ entry, operation }) =>
      worst !== undefined &&
      entry === worst.entry &&
      (worst.row.operation === 'all' || operation.name === worst.row.operation),
  )
  const candidates = ofWorst.length > 0 ? ofWorst : operations
  const [slowest] = candidates.toSorted((a, b) => slowness(b.operation) - slowness(a.operation))
  return slowest ?? null
}

function slowness({ response }: Operation): number {
  return response.figures.p95Ms ?? 0
}

function tiles({ result }: Measured, operation: Operation): readonly Fact[] {
  const { counts, response, lateness, name, losses, unavailableMs } = operation
  const { planned, ok } = counts
  const seconds = result.measuredMs / 1_000
  const achieved = achievedPerSecond(withIntervals(result), name)
  const bad = counts.failed + counts.timedOut + counts.dropped
  const isOfUsers = result.model.kind === 'closed'
  return [
    // Users send when they are answered: no rate is asked for.
    ...(isOfUsers ? [] : [['asked', seconds === 0 ? '–' : formatRate(planned / seconds)] as const]),
    ['achieved', formatRateOrDash(achieved)],
    ['success', planned === 0 ? '–' : formatPercentDown(ok / planned)],
    ['response P95', formatMsOrDash(response.figures.p95Ms)],
    isOfUsers
      ? ['users', formatCount(result.model.users)]
      : ['lateness P99', formatMsOrDash(lateness.figures.p99Ms)],
    ['failed or dropped', bad === 0 ? 'none' : counted(bad, 'request')],
    [
      'lost',
      losses?.kind === 'known'
        ? html`${formatCount(losses.lost)}
            <small>of ${formatCount(losses.promised)} ${losses.of}</small>`
        : (losses?.kind ?? null),
    ],
    [
      'longest without success',
      // Of interest only where something broke.
      result.faults.length === 0 || unavailableMs === null ? null : formatMs(unavailableMs),
    ],
  ]
}

function scenarioTable(run: RunFile): VNode | null {
  return dataTable({
    caption: 'Scenarios',
    columns: [
      { heading: 'scenario' },
      { heading: 'outcome' },
      { heading: 'load' },
      ...['achieved', 'success', 'lateness P99'].map((heading) => ({ heading, isFigure: true })),
      { heading: 'measurement' },
    ],
    rows: run.scenarios.map((scenario, at) => [
      html`<a href=${`#scenario-${at + 1}`}>${scenario.name}</a>`,
      outcomeBadge(outcomeWord(scenario, run)),
      ...scenarioCells(scenario),
    ]),
  })
}

function scenarioCells(scenario: ScenarioEntry): readonly (string | VNode)[] {
  if (scenario.state !== 'measured') return ['–', '–', '–', '–', 'none']
  const { result, verdict } = scenario
  const planned = total(result.operations, ({ counts }) => counts.planned)
  const ok = total(result.operations, ({ counts }) => counts.ok)
  const achieved = achievedPerSecond(withIntervals(result))
  const latest = Math.max(...result.operations.map(({ lateness }) => lateness.figures.p99Ms ?? 0))
  return [
    result.arrivals,
    formatRateOrDash(achieved),
    planned === 0 ? '–' : formatPercentDown(ok / planned),
    result.model.kind === 'closed' ? '–' : formatMs(Math.max(latest, 0)),
    outcomeBadge(verdict.kind),
  ]
}
