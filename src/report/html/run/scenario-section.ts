import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'
import { counted, formatCount, formatMs, formatSeconds } from '../../../format.ts'
import { total } from '../../../load/totals.ts'
import { intervalsOf } from '../../../run-file/json/intervals-json.ts'
import { ownErrors, type OutcomeWord } from '../../../run-file/outcome.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import { tracesSentence } from '../../slowest/traces-sentence.ts'
import { renderLateness } from '../../terminal/generator.ts'
import { factList, type Fact } from './facts.ts'
import { faultsTable, promisesTable } from './faults-table.ts'
import { notesTables } from './notes-tables.ts'
import { lostOperationSection, operationSection, type Course } from './operation-section.ts'
import { outcomeBadge, toneOf } from './outcome-badge.ts'
import { chartsOf, type Part } from './part.ts'
import { NO_TRACES, type PageTraces } from './slowest/page-traces.ts'
import { countsTable, timesTable } from './times-table.ts'
import { usersTable } from './users-table.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** Everything about one load of a run. */
export function scenarioSection(
  scenario: ScenarioEntry,
  outcome: OutcomeWord,
  id: string,
  traces: PageTraces = NO_TRACES,
): Part {
  const { name, file } = scenario
  const heading = html`<header>
    <h2>${name}</h2>
    <p class="muted">${outcomeBadge(outcome)} ${file}</p>
  </header>`
  const section = (content: ComponentChildren): VNode =>
    html`<section class="scenario" id=${id}>${heading} ${content}</section>`
  if (scenario.state === 'unmeasured') {
    return {
      charts: [],
      body: section(
        html`<p class=${`notice ${toneOf(outcome)}`}>Nothing was measured:</p>
          <pre class="error">${scenario.error}</pre>`,
      ),
    }
  }
  const idOf = (at: number): string => `${id}-operation-${at + 1}`
  if (scenario.state === 'lost') {
    const course = courseOfLost(scenario)
    const left = scenario.intervals.operations.map(({ operation }, at) =>
      lostOperationSection(course, operation, idOf(at)),
    )
    return {
      charts: chartsOf(left),
      body: section([lostText(scenario), ...left.map(({ body }) => body)]),
    }
  }
  const { result, error } = scenario
  const operations = result.operations.map((operation, at) =>
    operationSection(scenario, operation, idOf(at), traces),
  )
  const errors = ownErrors(error)
  return {
    charts: chartsOf(operations),
    body: section(
      html`${factList('facts', loadFacts(scenario))} ${verdictText(scenario)}
      ${result.abortReason === null ? null : html`<p class="notice bad">Ended early: ${result.abortReason}</p>`}
      ${errors.length === 0 ? null : html`<pre class="error">${errors.join('\n')}</pre>`}
      ${faultsTable(scenario)} ${promisesTable(scenario)} ${timesTable(`Times of ${name}`, result)}
      ${countsTable(`Requests of ${name}`, result)} ${usersTable(scenario)} ${notesTables(scenario)}
      ${operations.map(({ body }) => body)}`,
    ),
  }
}

type Lost = Extract<ScenarioEntry, { state: 'lost' }>

function courseOfLost({ intervals }: Lost): Course {
  const [startMs = 0] = intervals.timestamps ?? []
  const seconds = (intervals.seconds.at(-1) ?? -1) + 1
  return { intervals: intervalsOf({ intervals }), measuredMs: seconds * 1_000, startMs, events: [] }
}

function lostText(lost: Lost): VNode {
  const ok = total(intervalsOf(lost), (interval) => interval.ok)
  const seconds = (lost.intervals.seconds.at(-1) ?? -1) + 1
  return html`<p class="notice doubtful">
      ${formatCount(seconds)} s of it were saved, with ${counted(ok, 'successful request')}:
    </p>
    <pre class="error">${lost.error}</pre>`
}

function loadFacts({ result }: Measured): readonly Fact[] {
  const { arrivals, measuredMs, warmUpMs, limits, seed, health, traces } = result
  const { pauses, coreWaitMs } = health
  return [
    ['Load', `${arrivals} for ${formatSeconds(measuredMs)}`],
    ['Warm-up', warmUpMs === 0 ? 'none' : formatSeconds(warmUpMs)],
    ['Timeout', formatMs(limits.timeoutMs)],
    ...(result.model.kind === 'closed'
      ? []
      : [
          [
            'At most in flight',
            `${formatCount(limits.maxInFlight)}, further ones ${limits.whenFull === 'drop' ? 'are dropped' : 'wait'}`,
          ] as const,
        ]),
    ['Random seed', String(seed)],
    [
      'Generator',
      [
        `dispatch ${health.dispatch}`,
        counted(pauses.count, 'pause') +
          (pauses.count === 0 ? '' : ` (up to ${formatMs(pauses.maxMs)})`),
        ...(coreWaitMs === null ? [] : [`waited ${formatMs(coreWaitMs)} for a core`]),
      ].join(', '),
    ],
    ...(traces === undefined ? [] : [['Traces', tracesSentence(traces)] as const]),
  ]
}

/** The verdict on the measurement with its reasons, and how much of the times is the generator's own delay. */
function verdictText({ result, verdict }: Measured): VNode {
  const lateness = renderLateness(result)
  const reasons = verdict.kind === 'valid' ? [] : verdict.reasons.map(({ message }) => message)
  return html`<div class="verdict">
    <p>${outcomeBadge(verdict.kind, `measurement ${verdict.kind}`)}</p>
    ${
      reasons.length === 0
        ? null
        : html`<ul>
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    ${lateness === null ? null : html`<p class="note">${lateness.trim().replaceAll(/\n\s*/g, '; ')}</p>`}
  </div>`
}
