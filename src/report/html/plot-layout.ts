import { heightRange, positionOn, rangeOf, type Range } from './axis-position.ts'
import type { Axis, Chart, HeatMap, LineChart } from './chart.ts'
import { cellsOf } from './heat-cells.ts'

/** One position of the x axis as it is drawn: a second of a clock is as wide as it lasts. */
export interface Slot {
  /** In `xs`. */
  readonly index: number
  readonly from: number
  readonly centre: number
  readonly to: number
}

/** Where a chart's data are drawn: positions along both axes. */
export interface PlotLayout {
  /** In ascending order: what can't be drawn has none. */
  readonly slots: readonly Slot[]
  readonly x: Range
  readonly y: Range
  /** Per series, a height per slot. */
  readonly heights: readonly (readonly (number | null)[])[]
}

/** `null` if a chart has nothing to draw. */
export function layOut(chart: Chart): PlotLayout | null {
  const slots = slotsOf(chart.x, chart.xs)
  const y = chart.kind === 'lines' ? heightsOf(chart) : rowsOf(chart)
  const x = rangeOf(slots.flatMap(({ from, to }) => [from, to]))
  if (x === null || y === null) return null
  const isRoomy = chart.kind === 'lines' && chart.x.scale !== 'clock'
  const bounds = chart.bounds.map((bound) =>
    bound.axis === 'x' ? positionOn(chart.x, bound.at) : null,
  )
  return {
    slots,
    x: padded(rangeOf([x.min, x.max, ...bounds]) ?? x, isRoomy ? 0.02 : 0),
    y,
    heights: chart.kind === 'lines' ? seriesHeights(chart, slots, y) : [],
  }
}

/** Where each position of the x axis is, in ascending order; none for what can't be drawn. */
export function slotsOf(axis: Axis, xs: readonly number[]): readonly Slot[] {
  const placed = xs.flatMap((value, index) => {
    const at = positionOn(axis, value)
    return at === null ? [] : [{ index, at }]
  })
  placed.sort((a, b) => a.at - b.at)
  return placed.map(({ index, at }, k) => {
    const before = placed[k - 1]
    const after = placed[k + 1]
    // A clock's position is where its second starts; any other is in the middle of its slot.
    if (axis.scale === 'clock') {
      const to = after?.at ?? at + (before === undefined ? 1 : at - before.at)
      return { index, from: at, centre: (at + to) / 2, to }
    }
    const half = axis.scale === 'names' ? 0.5 : 0
    return { index, from: at - half, centre: at, to: at + half }
  })
}

/** The labels of what happened in a slot: of marks that overlap it, and moments in it. */
export function eventsIn({ x, marks }: Chart, { from, to }: Slot): readonly string[] {
  return marks.flatMap((mark) => {
    const [start, end] = [positionOn(x, mark.from), positionOn(x, mark.to)]
    if (start === null || end === null) return []
    const isIn = start >= from && (start < to || start === from)
    return isIn || (start < from && end > from) ? [mark.label] : []
  })
}

function heightsOf({ x, y, series, bounds }: LineChart): Range | null {
  const figures = series.flatMap(({ values, interval }) => [
    values,
    interval?.low ?? [],
    interval?.high ?? [],
  ])
  const drawn = rangeOf(figures.flat().map((value) => positionOn(y, value)))
  const has = drawn !== null || figures.flat().some((value) => value === 0)
  if (!has) return null
  const lines = bounds.map((bound) => (bound.axis === 'y' ? positionOn(y, bound.at) : null))
  const isOverTime = x.scale === 'clock' || x.scale === 'nines'
  const mayZoom = !isOverTime && series.every(({ shape }) => shape !== 'bars')
  const range = rangeOf([drawn?.min ?? null, drawn?.max ?? null, ...lines])
  return heightRange(y, range ?? { min: 0, max: 0 }, mayZoom)
}

function rowsOf(chart: HeatMap): Range | null {
  const { y, edges, bounds } = chart
  const used = cellsOf(chart).flatMap(({ row }) => [
    positionOn(y, edges[row]),
    positionOn(y, edges[row + 1]),
  ])
  if (used.length === 0) return null
  const lines = bounds.map((bound) => (bound.axis === 'y' ? positionOn(y, bound.at) : null))
  const range = rangeOf([...used, ...lines])
  return range === null ? null : heightRange(y, range)
}

function seriesHeights(
  { y, series }: LineChart,
  slots: readonly Slot[],
  { min }: Range,
): readonly (readonly (number | null)[])[] {
  return series.map(({ values }) =>
    slots.map(({ index }) => {
      const value = values[index]
      // A logarithmic axis has no 0: it stands at the bottom.
      return value === 0 && y.scale === 'log' ? min : positionOn(y, value)
    }),
  )
}

function padded({ min, max }: Range, ratio: number): Range {
  if (max === min) return { min: min - 0.5, max: max + 0.5 }
  const room = (max - min) * ratio
  return { min: min - room, max: max + room }
}
