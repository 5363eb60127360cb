import type { FigureUnit } from '../../format.ts'

/**
 * A chart as plain data: the script of a page draws it, its table shows it, and its CSV holds it.
 * Everything is in the unit of its axis; `null` where there is no figure.
 */
export type Chart = LineChart | HeatMap

interface ChartBase {
  /** Unique in a page, and fit for an id of HTML: `register-latency`. */
  readonly id: string
  readonly title: string
  /** What the chart shows, in one sentence with figures: also for those who can't see it. */
  readonly sentence: string
}

/** How positions along an axis are spaced and written. */
export type Axis =
  /** Seconds since `startMs`, a UNIX time in ms. */
  | { readonly scale: 'clock'; readonly label: string; readonly startMs: number }
  | { readonly scale: 'linear' | 'log'; readonly label: string; readonly unit: FigureUnit }
  /** Percentiles in percent, at −log10(1 − p/100), with ticks at the nines. */
  | { readonly scale: 'nines'; readonly label: string }
  /** Positions 0, 1, 2 …, each with a name: rounds, commits. */
  | { readonly scale: 'names'; readonly label: string; readonly names: readonly string[] }

/** All tones: a palette reads the colour of each. */
export const TONES = [
  'p50',
  'p95',
  'p99',
  'max',
  'response',
  'service',
  'lateness',
  'asked',
  'achieved',
  'ok',
  'failed',
  'timed-out',
  'dropped',
  'in-flight',
  'received',
  'baseline',
  'candidate',
  'estimate',
] as const

/** What a series or bar stands for: it decides the colour, the same in every chart. */
export type Tone = (typeof TONES)[number]

/** One figure per position of the x axis. */
export interface Series {
  readonly label: string
  readonly tone: Tone
  readonly shape: 'line' | 'steps' | 'bars' | 'dots'
  readonly values: readonly (number | null)[]
  /** The ends of each figure's interval, drawn as a whisker (dots) or a band (line). */
  readonly interval?: {
    readonly low: readonly (number | null)[]
    readonly high: readonly (number | null)[]
  }
}

/** A straight line across the chart: an SLO's bound, a bracket's end. */
export interface Bound {
  readonly axis: 'x' | 'y'
  readonly at: number
  readonly label: string
  /** Where nothing differs, which is no limit. */
  readonly isNeutral?: boolean
}

/** All kinds of marks. */
export const MARK_KINDS = [
  'failed',
  'dropped',
  'pause',
  'drain',
  'fault',
  'fault-failed',
  'change',
] as const

/** A stretch of the x axis in which something happened. */
export interface Mark {
  readonly from: number
  readonly to: number
  readonly kind: (typeof MARK_KINDS)[number]
  readonly label: string
}

/** Lines, steps, bars or dots over one x axis. */
export interface LineChart extends ChartBase {
  readonly kind: 'lines'
  readonly x: Axis
  readonly y: Axis
  readonly xs: readonly number[]
  readonly series: readonly Series[]
  readonly bounds: readonly Bound[]
  readonly marks: readonly Mark[]
}

/** How many requests took how long, over time: one column per position of the x axis. */
export interface HeatMap extends ChartBase {
  readonly kind: 'heat-map'
  readonly x: Axis
  readonly y: Axis
  readonly xs: readonly number[]
  /** The ends of the rows, from the lowest: row `r` counts times above `edges[r]` up to `edges[r + 1]`. */
  readonly edges: readonly number[]
  /** Cells that count something, three numbers each: column, row, count. */
  readonly cells: readonly number[]
  readonly bounds: readonly Bound[]
  readonly marks: readonly Mark[]
}
