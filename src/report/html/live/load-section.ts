import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMs, formatRate, formatSeconds } from '../../../format.ts'
import type { LiveLoad } from '../../live/live-run.ts'
import { chartFigure } from '../chart-figure.ts'
import type { Chart } from '../chart.ts'
import { latencyChart } from '../run/charts/latency-chart.ts'
import { failureMarks } from '../run/charts/marks.ts'
import { rateChart } from '../run/charts/rate-chart.ts'
import { timeBounds } from '../run/charts/time-bounds.ts'
import { factList, type Fact } from '../run/facts.ts'
import { chartsOf, type Part } from '../run/part.ts'
import { planSlots, slotsOf } from '../run/slots.ts'
import { shownName } from './shown-name.ts'

/** A load that is under way: its markup, which changes only with its operations, and what changes in it. */
export interface LoadSection extends Part {
  /** By the id of the element. */
  readonly changing: ReadonlyMap<string, VNode>
}

/** @param id of the section. */
export function loadSection(live: LiveLoad, id: string): LoadSection {
  const operations = operationParts(live, id)
  const charts = chartsOf(operations)
  const { load, outline } = live
  const heading = load === 0 ? null : html`<h3>Load ${load + 1}</h3>`
  return {
    charts,
    changing: new Map([
      [`${id}-progress`, progressBar(live)],
      [`${id}-tiles`, factList('tiles', tiles(live))],
      ...charts.map(({ id: chart, sentence }) => [`${chart}-sentence`, html`${sentence}`] as const),
    ]),
    body: html`${heading} ${outline === null ? null : html`<p>${shownName(outline.label)}</p>`}
      <div id=${`${id}-progress`}></div>
      <div id=${`${id}-tiles`}></div>
      ${operations.map(({ body }) => body)}`,
  }
}

function progressBar({ progress, outline }: LiveLoad): VNode {
  if (progress === null) return html`<p class="muted">Starting …</p>`
  const { phase, elapsedMs, durationMs } = progress
  const done = Math.min(Math.max(elapsedMs, 0), durationMs)
  const text = {
    'warm-up': `Warming up: ${formatSeconds(Math.max(-elapsedMs, 0), 0)} to go`,
    measuring: `${formatSeconds(done, 0)} of ${formatSeconds(durationMs, 0)}`,
    draining: 'Waiting for the last requests',
  }[phase]
  const warmUpMs = outline?.warmUpMs ?? 0
  const [value, max] =
    phase === 'warm-up' ? [Math.max(warmUpMs + elapsedMs, 0), warmUpMs] : [done, durationMs]
  return html`<label class="progress"
    >${text} <progress value=${Math.round(value)} max=${Math.max(Math.round(max), 1)}></progress>
  </label>`
}

function tiles({ progress }: LiveLoad): readonly Fact[] {
  if (progress === null) return []
  const { startedPerSecond, inFlight, errors, dropped, p99Ms, soFar } = progress
  return [
    ['requests', formatCount(soFar.started)],
    ['started in the last second', startedPerSecond === null ? '–' : formatRate(startedPerSecond)],
    ['in flight', formatCount(inFlight)],
    ['P50 so far', time(soFar.p50Ms)],
    ['P95 so far', time(soFar.p95Ms)],
    ['P99 so far', time(p99Ms)],
    ['failed or timed out', errors - dropped === 0 ? 'none' : formatCount(errors - dropped)],
    ['dropped', dropped === 0 ? 'none' : formatCount(dropped)],
  ]
}

function operationParts({ intervals, startMs, outline, progress }: LiveLoad, id: string): Part[] {
  if (startMs === null || progress === null || intervals.length === 0) return []
  const names = [...new Set(intervals.map(({ operation }) => operation))]
  // Only whole seconds are known.
  const last = intervals.at(-1)?.second ?? 0
  const plan = planSlots(intervals, (last + 1) * 1_000)
  return names.map((name, at) => {
    const slots = slotsOf(intervals, name, plan)
    const operation = shownName(name)
    const over = { operation, startMs, slots, marks: failureMarks(slots) }
    const charts: readonly Chart[] = [
      latencyChart(
        { ...over, id: `${id}-${at + 1}-latency` },
        timeBounds(outline?.bounds ?? [], 'response', name),
      ),
      rateChart({ ...over, id: `${id}-${at + 1}-rate` }),
    ].filter((chart) => chart !== null)
    return { charts, body: html`<div class="charts">${charts.map(chartFigure)}</div>` }
  })
}

function time(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms)
}
