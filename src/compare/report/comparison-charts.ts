import type { Histogram } from 'hdr-histogram-js'
import { formatMs } from '../../format.ts'
import type { LineChart, Mark, Series } from '../../report/html/chart.ts'
import { faultMarks } from '../../report/html/run/charts/marks.ts'
import { percentilesChart } from '../../report/html/run/charts/percentiles-chart.ts'
import { rounded } from '../../report/html/run/charts/rounded.ts'
import { timeScale } from '../../report/html/run/charts/time-scale.ts'
import { deserializeHistogram } from '../../run-file/json/histogram-json.ts'
import type { OperationComparison } from '../decision/compare-operation.ts'
import type { BothOperations, MeasuredOperation } from '../decision/measured-operation.ts'
import { formatRatio, type MetricComparison } from '../decision/metric.ts'
import { againstText } from './format-metric.ts'

/** Both runs of an operation over each other: service times by percentile, response times over time. */
export function operationCharts(
  id: string,
  both: BothOperations,
  { name, metrics }: OperationComparison,
): readonly LineChart[] {
  return [percentiles(id, both, name, metrics), overTime(id, both, name)].filter(
    (chart) => chart !== null,
  )
}

function percentiles(
  id: string,
  both: BothOperations,
  name: string,
  metrics: readonly MetricComparison[],
): LineChart | null {
  const [baseline, candidate] = both.map(({ operation }) => deserializeHistogram(operation.service))
  if (baseline === undefined || candidate === undefined) return null
  const shown = (['service P50', 'service P95', 'service P99'] as const).flatMap((label) => {
    const metric = metrics.find((one) => one.metric === label)
    return metric === undefined ? [] : [`${metric.metric} ${againstText(metric)}`]
  })
  return percentilesChart(
    {
      id: `${id}-percentiles`,
      title: `${name}: service time by percentile`,
      sentence: `Baseline against candidate: ${shown.join(', ')}.`,
      label: 'service time',
    },
    [line('baseline', baseline), line('candidate', candidate)],
    [],
  )
}

function line(version: 'baseline' | 'candidate', histogram: Histogram) {
  return { label: version, tone: version, histogram }
}

/** The faults of both runs; one that both had at the same time is there once. */
function faultsOf(both: BothOperations): readonly Mark[] {
  const [baseline, candidate] = both.map(({ result }) => faultMarks(result.faults))
  if (baseline === undefined || candidate === undefined) return []
  const isShared = ({ label, kind, from }: Mark, others: readonly Mark[]): boolean =>
    others.some(
      (other) => other.label === label && other.kind === kind && Math.abs(other.from - from) < 1,
    )
  const ofOne = (
    version: string,
    marks: readonly Mark[],
    others: readonly Mark[],
  ): readonly Mark[] =>
    marks.flatMap((mark) =>
      isShared(mark, others) ? [] : [{ ...mark, label: `${version}: ${mark.label}` }],
    )
  return [
    ...baseline.filter((mark) => isShared(mark, candidate)),
    ...ofOne('baseline', baseline, candidate),
    ...ofOne('candidate', candidate, baseline),
  ]
}

/** Each second's P95 of the response time, from the start of either run. */
function overTime(id: string, both: BothOperations, name: string): LineChart | null {
  const [baseline, candidate] = both.map(p95BySecond)
  if (baseline === undefined || candidate === undefined) return null
  if (baseline.size === 0 && candidate.size === 0) return null
  const last = Math.max(...baseline.keys(), ...candidate.keys())
  const xs = Array.from({ length: last + 1 }, (_, second) => second)
  const seriesOf = (
    version: 'baseline' | 'candidate',
    times: ReadonlyMap<number, number>,
  ): Series => ({
    label: version,
    tone: version,
    shape: 'line',
    values: xs.map((second) => rounded(times.get(second) ?? null)),
  })
  const series = [seriesOf('baseline', baseline), seriesOf('candidate', candidate)]
  return {
    kind: 'lines',
    id: `${id}-over-time`,
    title: `${name}: response P95 over time`,
    sentence: `The slowest second's P95 was ${slowest(baseline)} in the baseline and ${slowest(candidate)} in the candidate.`,
    x: { scale: 'linear', label: 'seconds since the start', unit: 'number' },
    y: {
      scale: timeScale(series.flatMap(({ values }) => values)),
      label: 'response time, P95',
      unit: 'ms',
    },
    xs,
    series,
    bounds: [],
    marks: faultsOf(both),
  }
}

function p95BySecond({ intervals }: MeasuredOperation): ReadonlyMap<number, number> {
  return new Map(
    intervals.flatMap(({ second, response }) =>
      response === null ? [] : [[second, response.p95Ms] as const],
    ),
  )
}

function slowest(times: ReadonlyMap<number, number>): string {
  return times.size === 0 ? 'unknown' : formatMs(Math.max(...times.values()))
}

/** Candidate / baseline of each metric of a scenario's operations, beside the line of no difference. */
export function ratioChart(
  id: string,
  scenario: string,
  operations: readonly OperationComparison[],
): LineChart | null {
  const rows = operations.flatMap(({ name, metrics }) =>
    metrics.flatMap((metric) =>
      metric.ratio === null || metric.ratio <= 0 ? [] : [{ name, metric, ratio: metric.ratio }],
    ),
  )
  if (rows.length === 0) return null
  const dots = (
    label: string,
    tone: Series['tone'],
    isShown: (mark: string) => boolean,
  ): Series => ({
    label,
    tone,
    shape: 'dots',
    values: rows.map(({ metric, ratio }) => (isShown(metric.mark.kind) ? rounded(ratio) : null)),
  })
  const series = [
    dots('worth a look', 'failed', (mark) => mark === 'worth a look'),
    dots('within spread', 'ok', (mark) => mark === 'within spread'),
    dots('not judged', 'max', (mark) => mark !== 'worth a look' && mark !== 'within spread'),
  ].filter(({ values }) => values.some((value) => value !== null))
  const isOne = operations.length === 1
  const marked = rows.filter(({ metric }) => metric.mark.kind === 'worth a look')
  return {
    kind: 'lines',
    id: `${id}-ratios`,
    title: `${scenario}: candidate / baseline`,
    sentence:
      marked.length === 0
        ? 'No metric is worth a look: 1 × is no difference.'
        : `Worth a look: ${marked.map(({ name, metric }) => `${name} ${metric.metric} ${formatRatio(metric)}`).join(', ')}. 1 × is no difference.`,
    x: {
      scale: 'names',
      label: 'metric',
      names: rows.map(({ name, metric }) => (isOne ? metric.metric : `${name} ${metric.metric}`)),
    },
    y: { scale: 'log', label: 'candidate / baseline', unit: '×' },
    xs: rows.map((_, at) => at),
    series,
    bounds: [{ axis: 'y', at: 1, label: 'no difference', isNeutral: true }],
    marks: [],
  }
}
