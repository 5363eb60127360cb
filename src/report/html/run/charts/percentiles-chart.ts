import type { Histogram } from 'hdr-histogram-js'
import { percentileMs } from '../../../../load/recording/histogram.ts'
import type { Bound, LineChart, Series, Tone } from '../../chart.ts'
import { rounded } from './rounded.ts'
import { timeScale } from './time-scale.ts'

/** A line of a chart of percentiles. */
export interface PercentileLine {
  readonly label: string
  readonly tone: Tone
  readonly histogram: Histogram
}

/** Points per nine: between P90 and P99, and so on. */
const PER_NINE = 16

/** All percentiles that so many times have, in percent: the last one is the longest time's. */
function ninesOf(count: number): readonly number[] {
  if (count === 0) return []
  const last = Math.log10(count)
  const steps = Math.floor(last * PER_NINE)
  const nines = Array.from({ length: steps + 1 }, (_, at) => at / PER_NINE)
  return [...nines, ...(last * PER_NINE > steps ? [last] : [])].map(percentOf)
}

/** As exact as needed: 99.999 %, not 100 %. */
function percentOf(nines: number): number {
  return Number((100 * (1 - 10 ** -nines)).toPrecision(4 + Math.ceil(nines)))
}

/** Times by percentile; `null` without any. */
export function percentilesChart(
  chart: Pick<LineChart, 'id' | 'title' | 'sentence'> & { readonly label: string },
  lines: readonly PercentileLine[],
  bounds: readonly Bound[],
): LineChart | null {
  const xs = ninesOf(Math.max(0, ...lines.map(({ histogram }) => histogram.totalCount)))
  if (xs.length === 0) return null
  const series = lines.map(({ label, tone, histogram }): Series => ({
    label,
    tone,
    shape: 'line',
    // The lowest percentile that a histogram has is that of its shortest time.
    values: xs.map((percent) => rounded(percentileMs(histogram, Math.max(percent, 1e-9)))),
  }))
  const { id, title, sentence, label } = chart
  const shown = [...series.flatMap(({ values }) => values), ...bounds.map(({ at }) => at)]
  return {
    kind: 'lines',
    id,
    title,
    sentence,
    x: { scale: 'nines', label: 'percentile' },
    y: { scale: timeScale(shown), label, unit: 'ms' },
    xs,
    series,
    bounds,
    marks: [],
  }
}
