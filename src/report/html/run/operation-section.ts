import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMs, formatMsOrDash } from '../../../format.ts'
import type { IntervalFigures } from '../../../load/result.ts'
import type { Bound } from '../../../load/slo/slo.ts'
import { countedDeliveries } from '../../../load/totals.ts'
import { deserializeHistogram } from '../../../run-file/json/histogram-json.ts'
import { intervalsOf } from '../../../run-file/json/intervals-json.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import { failuresOf } from '../../failures.ts'
import type { Chart, Mark } from '../chart.ts'
import { chartFigure } from '../chart-figure.ts'
import { dataTable } from '../data-table.ts'
import { inFlightChart, receiptsChart } from './charts/count-charts.ts'
import { heatMap } from './charts/heat-map.ts'
import { latencyChart } from './charts/latency-chart.ts'
import { latenessChart } from './charts/lateness-chart.ts'
import { drainMarks, failureMarks, faultMarks, pauseMarks } from './charts/marks.ts'
import type { OverTime } from './charts/over-time.ts'
import { percentilesChart, type PercentileLine } from './charts/percentiles-chart.ts'
import { rateChart } from './charts/rate-chart.ts'
import { timeBounds } from './charts/time-bounds.ts'
import type { Part } from './part.ts'
import { NO_TRACES, type PageTraces } from './slowest/page-traces.ts'
import { slowestSection } from './slowest/slowest-section.ts'
import { planSlots, slotsOf } from './slots.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Operation = Measured['result']['operations'][number]

/** Everything about one operation of a load: charts, slowest requests, failures, receipts. */
export function operationSection(
  entry: Measured,
  operation: Operation,
  id: string,
  traces: PageTraces = NO_TRACES,
): Part {
  const { result, bounds } = entry
  const { name } = operation
  const load = courseOf(entry)
  const course = overTime(load, name, id)
  const over = (chart: string): OverTime => ({ ...course, id: `${id}-${chart}` })
  const responseBounds = timeBounds(bounds, 'response', name)
  const isClosed = result.model.kind === 'closed'
  const charts = [
    latencyChart(over('latency'), responseBounds),
    responsePercentiles(entry, operation, `${id}-percentiles`),
    heatMap(over('heat-map'), load.intervals, load.measuredMs, responseBounds),
    rateChart(over('rate')),
    isClosed ? null : latenessChart(over('lateness')),
    inFlightChart(over('in-flight')),
    receiptsChart(over('received')),
    completionPercentiles(entry, operation, `${id}-completion`),
  ].filter((chart) => chart !== null)
  return {
    charts,
    body: html`<section class="operation" id=${id}>
      <h3>${name}</h3>
      <div class="charts">${charts.map(chartFigure)}</div>
      ${slowestSection(operation, traces)} ${failureTable(entry, operation)}
      ${receiptsTable(operation)}
    </section>`,
  }
}

/** One operation of a load whose process died: charts of the seconds until then. */
export function lostOperationSection(load: Course, name: string, id: string): Part {
  const charts = courseCharts(load, name, id)
  return {
    charts,
    body: html`<section class="operation" id=${id}>
      <h3>${name}</h3>
      <div class="charts">${charts.map(chartFigure)}</div>
    </section>`,
  }
}

/** What charts of a load without a result need to know besides. */
export interface CourseOptions {
  readonly bounds?: readonly Bound[]
  /** Users have no schedule to be late for. */
  readonly isClosed?: boolean
}

/** The charts of one operation that need only its seconds. */
export function courseCharts(
  load: Course,
  name: string,
  id: string,
  { bounds = [], isClosed = false }: CourseOptions = {},
): readonly Chart[] {
  const course = overTime(load, name, id)
  const over = (chart: string): OverTime => ({ ...course, id: `${id}-${chart}` })
  const lines = timeBounds(bounds, 'response', name)
  return [
    latencyChart(over('latency'), lines),
    heatMap(over('heat-map'), load.intervals, load.measuredMs, lines),
    rateChart(over('rate')),
    isClosed ? null : latenessChart(over('lateness')),
    inFlightChart(over('in-flight')),
  ].filter((chart) => chart !== null)
}

/** A load over time. */
export interface Course {
  readonly intervals: readonly IntervalFigures[]
  readonly measuredMs: number
  /** Start of the measurement, in UNIX ms. */
  readonly startMs: number
  /** Pauses of the generator, and faults. */
  readonly events: readonly Mark[]
}

/** The course of a measured load. */
export function courseOf({ result }: Measured): Course {
  return {
    intervals: intervalsOf(result),
    measuredMs: result.measuredMs,
    startMs: Date.parse(result.startedAt),
    events: [
      ...pauseMarks(result.health.longestPauses, result.measuredMs),
      ...faultMarks(result.faults),
    ],
  }
}

/** An operation's seconds, with where requests failed, the generator paused and faults were on. */
export function overTime(
  { intervals, measuredMs, startMs, events }: Course,
  operation: string,
  id: string,
): OverTime {
  const plan = planSlots(intervals, measuredMs)
  const slots = slotsOf(intervals, operation, plan)
  const marks = [...failureMarks(slots), ...events, ...drainMarks(plan)]
  return { id, operation, startMs, slots, marks }
}

function responsePercentiles(
  { result, bounds }: Measured,
  operation: Operation,
  id: string,
): Chart | null {
  const { name, response, service } = operation
  const isClosed = result.model.kind === 'closed'
  const lines: readonly PercentileLine[] = [
    { label: 'response', tone: 'response', histogram: deserializeHistogram(response) },
    ...(isClosed
      ? []
      : [{ label: 'service', tone: 'service', histogram: deserializeHistogram(service) } as const]),
  ]
  const sentence = isClosed
    ? `Users wait for answers: response times are service times. 99 % took up to ${formatMsOrDash(response.figures.p99Ms)}.`
    : omission(response.figures.p99Ms, service.figures.p99Ms)
  const chart = { id, title: `${name}: percentiles`, sentence, label: 'time' }
  return percentilesChart(chart, lines, timeBounds(bounds, 'response', name))
}

/** How far service times are below response times: the coordinated omission. */
function omission(responseMs: number | null, serviceMs: number | null): string {
  if (responseMs === null || serviceMs === null) return 'No request was answered.'
  const both = `P99 is ${formatMs(responseMs)} from when a request was due, and ${formatMs(serviceMs)} from when it was started`
  const gap = responseMs - serviceMs
  return gap > 0.05 * responseMs
    ? `${both}: timing from the actual start would hide ${formatMs(gap)} (coordinated omission).`
    : `${both}: timing from the actual start would hide almost nothing (coordinated omission).`
}

function completionPercentiles(
  { bounds }: Measured,
  { name, deliveries }: Operation,
  id: string,
): Chart | null {
  const counted = countedDeliveries(deliveries)
  if (counted === null) return null
  const { receipt, completion } = counted
  const lines: readonly PercentileLine[] = [
    { label: 'receipt', tone: 'received', histogram: deserializeHistogram(receipt) },
    { label: 'last receipt', tone: 'response', histogram: deserializeHistogram(completion) },
  ]
  const sentence = `Half of the messages had reached their last recipient after ${formatMsOrDash(completion.figures.p50Ms)}, 99 % after ${formatMsOrDash(completion.figures.p99Ms)}.`
  return percentilesChart(
    { id, title: `${name}: receipts`, sentence, label: 'time since the message was due' },
    lines.filter(({ histogram }) => histogram.totalCount > 0),
    timeBounds(bounds, 'completion', name),
  )
}

function failureTable({ result }: Measured, operation: Operation): VNode | null {
  const { name } = operation
  const failures = failuresOf(result, [operation])
  if (failures.length === 0) return null
  const own = intervalsOf(result).filter((interval) => interval.operation === name)
  return dataTable({
    caption: `${name}: failures`,
    columns: [
      { heading: 'failure' },
      { heading: 'requests', isFigure: true },
      { heading: 'when' },
      { heading: 'such as' },
    ],
    rows: failures.map(({ kind, count, sample }) => [
      kind,
      formatCount(count),
      spanOf(own, kind),
      sample,
    ]),
  })
}

/** From the first to the last second in which it happened; `–` where that is unknown. */
function spanOf(intervals: readonly IntervalFigures[], kind: string): string {
  const seconds = intervals
    .filter(({ errors, timedOut, dropped }) =>
      kind === 'timed out'
        ? timedOut > 0
        : kind === 'dropped'
          ? dropped > 0
          : errors.some(({ code }) => code === kind),
    )
    .map(({ second }) => second)
  const [first, last] = [seconds[0], seconds.at(-1)]
  if (first === undefined || last === undefined) return '–'
  return first === last ? `at ${first} s` : `from ${first} s to ${last} s`
}

function receiptsTable({ name, deliveries }: Operation): VNode | null {
  if (deliveries === null) return null
  if (deliveries.kind === 'unknown') {
    return html`<p class="note">Receipts are unknown: ${deliveries.reason}</p>`
  }
  const { expected, received, missing, missingByFailure, duplicates, incomplete } = deliveries
  return dataTable({
    caption: `${name}: receipts`,
    columns: [
      { heading: 'expected', isFigure: true },
      { heading: 'received', isFigure: true },
      { heading: 'missing', isFigure: true },
      { heading: 'of these, request not ok', isFigure: true },
      { heading: 'duplicates', isFigure: true },
      { heading: 'messages not received by all', isFigure: true },
    ],
    rows: [
      [expected, received, missing, missingByFailure, duplicates, incomplete].map((figure) =>
        figure === undefined ? '–' : formatCount(figure),
      ),
    ],
  })
}
