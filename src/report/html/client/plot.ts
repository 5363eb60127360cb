import uPlot from 'uplot'
import { LONGEST_NAME, ticksOn } from '../axis-ticks.ts'
import type { Range } from '../axis-position.ts'
import type { Axis, Chart, Series, Tone } from '../chart.ts'
import { layOut, type PlotLayout } from '../plot-layout.ts'
import { paintInside } from './canvas.ts'
import { paintHeat } from './paint-heat.ts'
import { paintBounds, paintMarks } from './paint-marks.ts'
import { paintBands, paintBarsAndDots } from './paint-series.ts'
import type { Palette } from './palette.ts'

/** A chart that is drawn. */
export interface Plot {
  readonly uplot: uPlot
  readonly chart: () => Chart
  readonly layout: () => PlotLayout
  /** Draws other data in the same place; `false` if only a new plot can. */
  readonly update: (chart: Chart) => boolean
  readonly resize: (size: PlotSize) => void
  readonly destroy: () => void
}

/** In CSS pixels. */
export interface PlotSize {
  readonly width: number
  readonly height: number
}

/** Draws a chart into an element; `null` if the chart has nothing to draw. */
export function drawPlot(
  first: Chart,
  into: HTMLElement,
  size: PlotSize,
  palette: Palette,
  onCursor: () => void,
): Plot | null {
  const firstLayout = layOut(first)
  if (firstLayout === null) return null
  let chart = first
  let layout = firstLayout
  const uplot = new uPlot(
    {
      ...size,
      legend: { show: false },
      // Half of `10:00:00` is beyond the end of the axis.
      padding: [10, 28, 0, 0],
      scales: {
        x: { time: false, range: () => [layout.x.min, layout.x.max] },
        y: { range: () => [layout.y.min, layout.y.max] },
      },
      series: [
        {},
        ...seriesOf(chart).map((series) => lineOf(series, palette, layout.slots.length)),
      ],
      axes: [
        {
          ...axisStyle(palette),
          size: 26,
          label: chart.x.label,
          labelFont: palette.font,
          labelSize: 18,
          labelGap: 0,
          ...ticks(
            () => chart.x,
            () => layout.x,
            ({ width }) => Math.max(2, Math.floor(width / tickRoom(chart.x))),
          ),
        },
        {
          ...axisStyle(palette),
          size: (plot, labels) => widestOf(plot, labels, palette) + 14,
          ...ticks(
            () => chart.y,
            () => layout.y,
            ({ height }) => Math.max(2, Math.floor(height / 36)),
          ),
        },
      ],
      cursor: {
        drag: { x: false, y: false },
        y: chart.kind === 'heat-map',
        points: { size: 7, show: (_plot, index) => hoverPoint(seriesOf(chart)[index - 1]) },
      },
      focus: { alpha: 0.2 },
      hooks: {
        drawAxes: [
          (plot) =>
            paintInside(plot, (surface) => {
              if (chart.kind === 'heat-map') paintHeat(surface, chart, layout, palette)
              paintMarks(surface, chart, palette)
              if (chart.kind === 'lines') {
                paintBands(surface, chart, layout, palette)
                paintBarsAndDots(surface, chart, layout, palette)
              }
            }),
        ],
        draw: [(plot) => paintInside(plot, (surface) => paintBounds(surface, chart, palette))],
        setCursor: [onCursor],
      },
    },
    dataOf(layout),
    into,
  )
  return {
    uplot,
    chart: () => chart,
    layout: () => layout,
    update: (next) => {
      const nextLayout = layOut(next)
      if (nextLayout === null || structureOf(next) !== structureOf(chart)) return false
      chart = next
      layout = nextLayout
      uplot.setData(dataOf(layout))
      return true
    },
    resize: (to) => uplot.setSize(to),
    destroy: () => uplot.destroy(),
  }
}

/** What a plot can't change once it is drawn. */
function structureOf(chart: Chart): string {
  const series = seriesOf(chart).map(({ label, tone, shape }) => [label, tone, shape])
  return JSON.stringify([chart.kind, chart.x.scale, chart.y, chart.x.label, series])
}

export function seriesOf(chart: Chart): readonly Series[] {
  return chart.kind === 'lines' ? chart.series : []
}

function dataOf({ slots, heights }: PlotLayout): uPlot.AlignedData {
  const centres = slots.map(({ centre }) => centre)
  return [centres, ...heights.map((series) => [...series])]
}

/** How lines of some tones differ from others besides by colour. */
const DASHES: Partial<Record<Tone, readonly number[]>> = {
  max: [2, 3],
  asked: [6, 4],
  service: [7, 3],
}

/** Points of a dashed line: with more, dashes are shorter than the line's turns, and slow to draw. */
const MAX_DASHED = 1_000

function lineOf({ shape, tone, label }: Series, palette: Palette, points: number): uPlot.Series {
  const colour = palette.tone(tone)
  const dash = DASHES[tone]
  const line: uPlot.Series = {
    label,
    stroke: colour,
    width: tone === 'max' ? 1.25 : 1.75,
    points: { show: false, size: 5, fill: colour, filter: isolated },
  }
  if (dash !== undefined && points <= MAX_DASHED) line.dash = [...dash]
  // Lines are uPlot's; everything else is painted.
  return shape === 'line'
    ? line
    : { ...line, paths: () => null, points: { show: false, filter: () => null } }
}

/** Figures between gaps: no line goes through them, so they are dots. */
function isolated(plot: uPlot, seriesIndex: number): number[] | null {
  const values = plot.data[seriesIndex] ?? []
  const found: number[] = []
  for (const [k, value] of values.entries()) {
    if (typeof value !== 'number') continue
    if (typeof values[k - 1] !== 'number' && typeof values[k + 1] !== 'number') found.push(k)
  }
  return found.length > 0 ? found : null
}

/** The dot under the cursor, of lines alone. */
function hoverPoint({ shape }: Partial<Series> = {}): HTMLElement {
  const point = document.createElement('div')
  point.className = shape === 'line' ? '' : 'painted'
  return point
}

function axisStyle(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.muted,
    font: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 5 },
    gap: 4,
  }
}

/** Room for a label of the x axis, in CSS pixels. */
function tickRoom(axis: Axis): number {
  if (axis.scale !== 'names') return 72
  let longest = 0
  for (const { length } of axis.names) longest = Math.max(longest, length)
  return 24 + 7.5 * Math.min(longest, LONGEST_NAME)
}

function ticks(
  axis: () => Axis,
  range: () => Range,
  most: (plot: uPlot) => number,
): Pick<uPlot.Axis, 'splits' | 'values' | 'filter'> {
  const at = (plot: uPlot) => ticksOn(axis(), range(), most(plot))
  return {
    splits: (plot) => at(plot).map(({ position }) => position),
    values: (plot) => at(plot).map(({ label }) => label),
    filter: (_plot, splits) => splits,
  }
}

function widestOf({ ctx }: uPlot, labels: readonly string[] | null, palette: Palette): number {
  ctx.save()
  ctx.font = palette.font
  const widths = (labels ?? []).map((label) => ctx.measureText(label).width)
  ctx.restore()
  return Math.ceil(Math.max(44, ...widths))
}
