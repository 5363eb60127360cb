import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMsOrDash, formatPercent, formatRate } from '../../../format.ts'
import type { FaultProgress } from '../../../load/faults/fault-record.ts'
import { faultsSoFar } from '../../faults-so-far.ts'
import type { FollowedLoad } from '../../live/followed-run.ts'
import { timeText } from '../../terminal/live/load-lines.ts'
import type { LiveLoad } from '../../terminal/live/live-load.ts'
import { paceSoFar } from '../../terminal/live/pace-so-far.ts'
import { sloSoFar } from '../../terminal/live/slo-so-far.ts'
import { chartFigure } from '../chart-figure.ts'
import type { Chart } from '../chart.ts'
import { factList, type Fact } from '../run/facts.ts'
import { faultMarks } from '../run/charts/marks.ts'
import { courseCharts } from '../run/operation-section.ts'
import type { Part } from '../run/part.ts'
import { sloTable } from '../run/slo-table.ts'
import { shownName } from './shown-name.ts'

/** A load that is under way: its markup, which changes only with its charts, and what changes in it. */
export interface LoadSection extends Part {
  /** By the id of the element. */
  readonly changing: ReadonlyMap<string, VNode | null>
}

/** @param id of the section. */
export function loadSection(live: LiveLoad, followed: FollowedLoad, id: string): LoadSection {
  const operations = operationsOf(live, followed, id)
  const charts = operations.flatMap((operation) => operation.charts)
  const { outline } = live
  return {
    charts,
    changing: new Map([
      [`${id}-progress`, progressBar(live)],
      [`${id}-tiles`, factList('tiles', tiles(live))],
      [`${id}-slo`, soFar(live)],
      ...charts.map(({ id: chart, sentence }) => [`${chart}-sentence`, html`${sentence}`] as const),
    ]),
    body: html`<h3>${shownName(live.name)}</h3>
      ${outline === null ? null : html`<p class="muted">${shownName(outline.label)}</p>`}
      <div id=${`${id}-progress`}></div>
      <div id=${`${id}-tiles`}></div>
      <div id=${`${id}-slo`}></div>
      ${operations.map(
        ({ name, charts: own }) =>
          html`<section class="operation">
            <h4>${name}</h4>
            <div class="charts">${own.map(withoutSentence)}</div>
          </section>`,
      )}`,
  }
}

function progressBar(live: LiveLoad): VNode {
  const { progress, outline } = live
  const text = timeText(live)
  if (progress === null) return html`<p>${text}</p>`
  const { phase, elapsedMs, durationMs } = progress
  const warmUpMs = outline?.warmUpMs ?? 0
  const [value, max] =
    phase === 'warm-up' ? [warmUpMs + elapsedMs, warmUpMs] : [elapsedMs, durationMs]
  const [done, all] = [value, max].map((ms) => Math.max(Math.round(ms), 0))
  return html`<label class="progress"
    ><span>${text}</span> <progress value=${done} max=${all || 1}></progress>
  </label>`
}

function tiles({ progress, outline, seconds, errors }: LiveLoad): readonly Fact[] {
  if (progress === null) return []
  const { inFlight, p99Ms, receipts, soFar: all } = progress
  const last = seconds.at(-1)
  const pace = outline === null ? null : paceSoFar(outline, progress)
  const kinds = [...errors].toSorted(([, a], [, b]) => b - a)
  const failed = kinds.reduce((sum, [, count]) => sum + count, 0)
  const asked = outline?.model === 'closed' ? null : (last?.askedPerSecond ?? null)
  return [
    ['requests', formatCount(all.started)],
    ['asked', asked === null ? null : formatRate(asked)],
    ['achieved', last === undefined ? '–' : formatRate(last.achievedPerSecond)],
    ['in flight', formatCount(inFlight)],
    ['P50 so far', formatMsOrDash(all.p50Ms)],
    ['P95 so far', formatMsOrDash(all.p95Ms)],
    ['P99 so far', formatMsOrDash(p99Ms)],
    [
      'failed or dropped',
      failed === 0
        ? 'none'
        : html`${formatCount(failed)} (${formatPercent(failed / Math.max(failed + all.ok, 1))})
            <small
              >${kinds.map(([kind, count]) => `${shownName(kind)} ${formatCount(count)}`).join(', ')}</small
            >`,
    ],
    [
      'receipts',
      receipts === null || receipts.expected === 0
        ? null
        : html`${formatCount(receipts.received)}
            <small>of ${formatCount(receipts.expected)}</small>`,
    ],
    ['faults', faultsTile(progress)],
    ['generator', pace === null ? null : html`${pace.word}<small>${pace.figures}</small>`],
  ]
}

/** What is broken, or was last, and what comes next; `null` without faults. */
function faultsTile({ faults, elapsedMs }: NonNullable<LiveLoad['progress']>): VNode | null {
  const shown = faultsSoFar(faults.map(withShownLabels), elapsedMs)
  const on = shown.filter(({ state }) => state === 'on').length
  if (shown.length === 0) return null
  return html`${on === 0 ? 'none now' : `${formatCount(on)} on`}
    <small>${shown.map(({ text }) => text).join('; ')}</small>`
}

/** The bounds that can be judged before the end, and are known before it. */
function soFar({ outline, operations }: LiveLoad): VNode | null {
  const rows = outline === null ? [] : sloSoFar(outline.bounds, operations)
  if (rows.length === 0) return null
  return sloTable(
    'Bounds so far, worst first',
    rows.map((row) => ({
      scenario: null,
      row: { ...row, operation: shownName(row.operation), metric: shownName(row.metric) },
    })),
  )
}

interface OperationCharts {
  readonly name: string
  readonly charts: readonly Chart[]
}

function operationsOf(
  { outline, progress }: LiveLoad,
  { intervals, startMs }: FollowedLoad,
  id: string,
): readonly OperationCharts[] {
  const last = intervals.at(-1)
  if (startMs === null || last === undefined) return []
  const shown = withShownNames(intervals)
  // Progress has whole seconds only.
  const faults = (progress?.faults ?? []).map(withShownLabels)
  const events = faultMarks(faults, progress?.elapsedMs)
  const course = { intervals: shown, startMs, measuredMs: (last.second + 1) * 1_000, events }
  const bounds = (outline?.bounds ?? []).map((bound) => ({
    ...bound,
    operation: bound.operation === null ? null : shownName(bound.operation),
  }))
  const names = [...new Set(shown.map(({ operation }) => operation))]
  return names.map((name, at) => ({
    name,
    charts: courseCharts(course, name, `${id}-operation-${at + 1}`, {
      bounds,
      isClosed: outline?.model === 'closed',
    }),
  }))
}

function withShownLabels(fault: FaultProgress): FaultProgress {
  const label = shownName(fault.label)
  const what = fault.what === null ? null : shownName(fault.what)
  return fault.state === 'failed'
    ? { ...fault, label, what, reason: shownName(fault.reason) }
    : { ...fault, label, what }
}

/** Most names are shown as they are, and then nothing is copied. */
function withShownNames(intervals: FollowedLoad['intervals']): FollowedLoad['intervals'] {
  const names = new Set(intervals.map(({ operation }) => operation))
  if ([...names].every((name) => shownName(name) === name)) return intervals
  return intervals.map((row) => ({ ...row, operation: shownName(row.operation) }))
}

/** It changes every second, and the figure does not. */
function withoutSentence(chart: Chart): VNode {
  return chartFigure({ ...chart, sentence: '' })
}
