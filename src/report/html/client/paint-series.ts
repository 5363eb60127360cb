import { positionOn } from '../axis-position.ts'
import type { LineChart, Series } from '../chart.ts'
import type { PlotLayout, Slot } from '../plot-layout.ts'
import type { Surface } from './canvas.ts'
import type { Palette } from './palette.ts'

/** A series with the heights of its slots. */
interface Drawn {
  readonly series: Series
  readonly heights: readonly (number | null)[]
}

/** The bands around lines: under everything else. */
export function paintBands(
  surface: Surface,
  chart: LineChart,
  layout: PlotLayout,
  palette: Palette,
): void {
  const { context } = surface
  for (const series of chart.series) {
    if (series.interval === undefined || isDots(series)) continue
    context.fillStyle = palette.tone(series.tone)
    context.globalAlpha = 0.18
    for (const stretch of stretchesOf(chart, series, layout.slots)) {
      context.beginPath()
      for (const { x, low } of stretch) context.lineTo(surface.toX(x), surface.toY(low))
      for (const { x, high } of stretch.toReversed()) {
        context.lineTo(surface.toX(x), surface.toY(high))
      }
      context.fill()
    }
  }
  context.globalAlpha = 1
}

interface Ends {
  readonly x: number
  readonly low: number
  readonly high: number
}

/** The runs of slots that have an interval. */
function stretchesOf(
  { y }: LineChart,
  { interval }: Series,
  slots: readonly Slot[],
): readonly (readonly Ends[])[] {
  const stretches: Ends[][] = [[]]
  for (const { index, centre } of slots) {
    const low = positionOn(y, interval?.low[index])
    const high = positionOn(y, interval?.high[index])
    if (low === null || high === null) stretches.push([])
    else stretches.at(-1)?.push({ x: centre, low, high })
  }
  return stretches.filter((stretch) => stretch.length > 1)
}

/** Bars stand beside each other, dots of names as well. */
export function paintBarsAndDots(
  surface: Surface,
  chart: LineChart,
  layout: PlotLayout,
  palette: Palette,
): void {
  const drawn = chart.series.map((series, k) => ({ series, heights: layout.heights[k] ?? [] }))
  const bars = drawn.filter(({ series }) => series.shape === 'bars')
  for (const [place, bar] of bars.entries()) {
    paintBars(surface, bar, layout, palette, { place, of: bars.length })
  }
  const steps = drawn.filter(({ series }) => series.shape === 'steps')
  for (const step of steps) paintSteps(surface, step, layout, palette)
  const dots = drawn.filter(({ series }) => isDots(series))
  for (const [place, dot] of dots.entries()) {
    const side = chart.x.scale === 'names' ? { place, of: dots.length } : { place: 0, of: 1 }
    paintDots(surface, chart, dot, layout, palette, side)
  }
}

function isDots({ shape }: Series): boolean {
  return shape === 'dots'
}

/** A series' place among those that share a slot. */
interface Side {
  readonly place: number
  readonly of: number
}

/** The narrowest slot in canvas pixels. */
function slotWidth({ toX, width }: Surface, { slots }: PlotLayout): number {
  let narrowest = Infinity
  for (const [k, { centre }] of slots.entries()) {
    const next = slots[k + 1]
    if (next !== undefined && next.centre > centre) {
      narrowest = Math.min(narrowest, toX(next.centre) - toX(centre))
    }
  }
  return Number.isFinite(narrowest) ? narrowest : width / 6
}

function paintBars(
  surface: Surface,
  { series, heights }: Drawn,
  layout: PlotLayout,
  palette: Palette,
  { place, of }: Side,
): void {
  const { context, toX, toY, scale } = surface
  const slot = slotWidth(surface, layout)
  const gap = slot > 6 * scale ? slot * 0.2 : 0
  const width = Math.max(scale, Math.min((slot - gap) / of, 40 * scale))
  const base = toY(Math.max(layout.y.min, Math.min(0, layout.y.max)))
  const foot = layout.y.min > 0 || layout.y.max < 0 ? toY(layout.y.min) : base
  context.fillStyle = palette.tone(series.tone)
  for (const [k, { centre }] of layout.slots.entries()) {
    const height = heights[k]
    if (height === null || height === undefined) continue
    const left = toX(centre) + (place - of / 2) * width
    const top = toY(height)
    context.fillRect(left, Math.min(top, foot), width, Math.abs(foot - top))
  }
}

/** A level per slot, from its start to its end. */
function paintSteps(
  { context, toX, toY, scale }: Surface,
  { series, heights }: Drawn,
  { slots }: PlotLayout,
  palette: Palette,
): void {
  context.beginPath()
  for (const [k, { from, to, centre }] of slots.entries()) {
    const height = heights[k]
    if (height === null || height === undefined) continue
    const before = heights[k - 1]
    const next = to > from ? to : (slots[k + 1]?.centre ?? centre)
    if (before === null || before === undefined) context.moveTo(toX(from), toY(height))
    else context.lineTo(toX(from), toY(height))
    context.lineTo(toX(next), toY(height))
  }
  context.strokeStyle = palette.tone(series.tone)
  context.lineWidth = 1.75 * scale
  context.stroke()
}

function paintDots(
  surface: Surface,
  { y }: LineChart,
  { series, heights }: Drawn,
  layout: PlotLayout,
  palette: Palette,
  { place, of }: Side,
): void {
  const { context, toX, toY, scale } = surface
  const shift = (place - (of - 1) / 2) * Math.min(9 * scale, slotWidth(surface, layout) / (of + 1))
  const radius = (layout.slots.length > 200 ? 2 : 3.5) * scale
  context.fillStyle = palette.tone(series.tone)
  context.strokeStyle = palette.tone(series.tone)
  context.lineWidth = 1.5 * scale
  for (const [k, { index, centre }] of layout.slots.entries()) {
    const x = toX(centre) + shift
    const low = positionOn(y, series.interval?.low[index])
    const high = positionOn(y, series.interval?.high[index])
    if (low !== null && high !== null) {
      const cap = 4 * scale
      context.beginPath()
      context.moveTo(x, toY(low))
      context.lineTo(x, toY(high))
      for (const end of [low, high]) {
        context.moveTo(x - cap, toY(end))
        context.lineTo(x + cap, toY(end))
      }
      context.stroke()
    }
    const height = heights[k]
    if (height === null || height === undefined) continue
    context.beginPath()
    context.arc(x, toY(height), radius, 0, 2 * Math.PI)
    context.fill()
  }
}
