import type { Bound, LineChart, Series } from '../../../report/html/chart.ts'
import { rounded } from '../../../report/html/run/charts/rounded.ts'
import type { Both } from '../../versions/both.ts'

/** What a chart is called and says. */
type Words = Pick<LineChart, 'id' | 'title' | 'sentence'>

/** An estimated change, and the ends of its interval; `null` where it has none. */
export interface Estimate {
  readonly name: string
  readonly change: number
  readonly lower: number | null
  readonly upper: number | null
}

/** One row per estimate with its interval, beside the line of no change and the changes that count. */
export function estimatesChart(
  words: Words,
  axes: { readonly x: string; readonly y: string; readonly label: string },
  estimates: readonly Estimate[],
  limits: readonly Bound[],
): LineChart {
  return {
    kind: 'lines',
    ...words,
    x: { scale: 'names', label: axes.x, names: estimates.map(({ name }) => name) },
    y: { scale: 'linear', label: axes.y, unit: 'ratio' },
    xs: estimates.map((_, at) => at),
    series: [
      {
        label: axes.label,
        tone: 'estimate',
        shape: 'dots',
        values: estimates.map(({ change }) => rounded(change)),
        interval: {
          low: estimates.map(({ lower }) => rounded(lower)),
          high: estimates.map(({ upper }) => rounded(upper)),
        },
      },
    ],
    bounds: [{ axis: 'y', at: 0, label: 'no change', isNeutral: true }, ...limits],
    marks: [],
  }
}

/**
 * Both versions' figures as dots, repetition by repetition.
 * @param repetition what it is called: a round, a process.
 */
export function versionsChart(
  words: Words,
  repetition: string,
  y: LineChart['y'],
  figures: readonly Both<number | null>[],
  bounds: readonly Bound[],
): LineChart {
  return {
    kind: 'lines',
    ...words,
    x: {
      scale: 'names',
      label: repetition,
      names: figures.map((_, at) => `${repetition} ${at + 1}`),
    },
    y,
    xs: figures.map((_, at) => at),
    series: (['baseline', 'candidate'] as const).map((version): Series => ({
      label: version,
      tone: version,
      shape: 'dots',
      values: figures.map((both) => rounded(both[version])),
    })),
    bounds,
    marks: [],
  }
}
