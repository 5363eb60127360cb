import { counted, formatFigure } from '../../format.ts'
import type { LineChart, Mark, Tone } from '../../report/html/chart.ts'
import { rounded } from '../../report/html/run/charts/rounded.ts'
import type { Metric } from '../decision/metrics.ts'
import { inMetricUnit, presentLevel, type Series } from '../decision/series.ts'
import { changeText, commitText, directionOf } from './series-notes.ts'

/** A chart has the latest of a longer series. */
const MAX_RUNS = 500

const TONES: Readonly<Record<string, Tone>> = {
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'max',
  rate: 'achieved',
  errors: 'failed',
  delivery: 'received',
}

/**
 * A metric over its runs in its own unit: a dot per run, a line at the level between changes, and a mark at
 * each change.
 */
export function seriesChart(series: Series, id: string): LineChart {
  const { metric, points } = series
  const offset = Math.max(points.length - MAX_RUNS, 0)
  const shown = points.slice(offset)
  const runs = {
    label: series.referenceMs === null ? metric.label : `${metric.label}, as measured`,
    tone: toneOf(metric),
    shape: 'dots',
    values: shown.map(({ measured }) => rounded(measured)),
  } as const
  const level = {
    label: series.referenceMs === null ? 'level' : 'level at the median speed',
    tone: 'estimate',
    shape: 'line',
    values: levels(series).slice(offset),
  } as const
  return {
    kind: 'lines',
    id,
    title: metric.label,
    sentence: sentenceOf(series, offset),
    x: {
      scale: 'names',
      label: 'run',
      names: shown.map((point) => `${point.startedAt.slice(0, 10)} ${commitText(point)}`),
    },
    y: { scale: 'linear', label: labelOf(series), unit: metric.unit },
    xs: shown.map((_, at) => at),
    series: [runs, level],
    bounds: [],
    marks: marksOf(series, offset),
  }
}

function toneOf({ name }: Metric): Tone {
  return TONES[name] ?? 'p50'
}

function labelOf({ metric, timeKind }: Series): string {
  return timeKind === null ? metric.label : `${timeKind} time, ${metric.label}`
}

/** What happened to the metric, and what it is now. */
function sentenceOf(series: Series, offset: number): string {
  const { metric, changes, points } = series
  const now = `${metric.label}: ${formatFigure(presentLevel(series), metric.unit)}`
  const runs = counted(points.length, 'run')
  const cut =
    offset === 0 ? '' : ` The chart shows the latest ${counted(points.length - offset, 'run')}.`
  if (changes === null) return `${now} in ${runs}, too few to find a change.${cut}`
  const last = changes.at(-1)
  if (last === undefined) return `${now}, unchanged in ${runs}.${cut}`
  const earlier = changes.length - 1
  const others = earlier === 0 ? '' : ` ${counted(earlier, 'earlier change')} before that.`
  return `${changeText(series, last)}.${others}${cut}`
}

/** The level of each run: constant between two changes. */
function levels(series: Series): readonly (number | null)[] {
  const { changes, points } = series
  if (changes === null) return points.map(() => null)
  const [first] = changes
  if (first === undefined) {
    const level = rounded(presentLevel(series))
    return points.map(() => level)
  }
  return points.map((_, at) => {
    const before = changes.findLast(({ index }) => index <= at)
    return rounded(inMetricUnit(series, before?.levelAfter ?? first.levelBefore))
  })
}

/** A change lies between the last run before it and the first one after it. */
function marksOf(series: Series, offset: number): readonly Mark[] {
  return (series.changes ?? [])
    .filter(({ index }) => index > offset)
    .map((change) => ({
      from: change.index - 1 - offset,
      to: change.index - offset,
      kind: 'change',
      label: `${directionOf(change)}: ${commitText(change.first)}`,
    }))
}
