import { positionOn } from '../html/axis-position.ts'
import { ticksOn } from '../html/axis-ticks.ts'
import type { LineChart, Series } from '../html/chart.ts'
import { layOut, type PlotLayout } from '../html/plot-layout.ts'
import { svgText } from './svg-text.ts'

/** A place in an image, in px. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Turns positions along a chart's axes into px. */
interface Scale extends Box {
  readonly x: (position: number) => string
  readonly y: (position: number) => string
}

/** The plot of a chart, with its axes: markup without a script; `null` if there is nothing to draw. */
export function plotSvg(chart: LineChart, box: Box): string | null {
  const layout = layOut(chart)
  if (layout === null) return null
  const scale = scaleOf(layout, box)
  return [
    ...marks(chart, layout, scale),
    ...axes(chart, layout, scale),
    // The first series is on top, and thinnest, so that those of equal figures stay visible below it.
    ...chart.series
      .map((series, index) => drawn({ series, index }, layout.heights[index] ?? [], layout, scale))
      .toReversed(),
    ...bounds(chart, scale),
    ...faultLabels(chart, layout, scale),
  ].join('\n')
}

function scaleOf({ x, y }: PlotLayout, box: Box): Scale {
  const along = (position: number, { min, max }: PlotLayout['x']): number =>
    max > min ? (position - min) / (max - min) : 0.5
  return {
    ...box,
    x: (position) => px(box.left + along(position, x) * box.width),
    y: (position) => px(box.top + (1 - along(position, y)) * box.height),
  }
}

function px(value: number): string {
  return String(Number(value.toFixed(1)))
}

function axes(
  chart: LineChart,
  layout: PlotLayout,
  { x, y, left, top, width, height }: Scale,
): readonly string[] {
  return [
    ...ticksOn(chart.y, layout.y, 5).map(
      ({ position, label }) =>
        `<path class="grid" d="M${left} ${y(position)}h${width}" stroke="currentColor"/><text class="muted" x="${left - 6}" y="${y(position)}" dy="4" text-anchor="end">${svgText(label, 12)}</text>`,
    ),
    ...ticksOn(chart.x, layout.x, 8).map(
      ({ position, label }) =>
        `<path class="muted" d="M${x(position)} ${top + height}v4" stroke="currentColor"/><text class="muted" x="${x(position)}" y="${top + height + 16}" text-anchor="middle">${svgText(label, 12)}</text>`,
    ),
    `<path class="muted" d="M${left} ${top + height}h${width}" stroke="currentColor"/>`,
  ]
}

/** Stretches in which something happened, behind everything else. */
function marks(chart: LineChart, layout: PlotLayout, { x, top, height }: Scale): readonly string[] {
  return chart.marks.flatMap(({ from, to, kind, label }) => {
    const [start, end] = [from, to].map((at) => positionOn(chart.x, at))
    if (start === undefined || end === undefined || start === null || end === null) return []
    const left = Number(x(Math.max(start, layout.x.min)))
    const right = Number(x(Math.min(end, layout.x.max)))
    if (right < left) return []
    const width = px(Math.max(2, right - left))
    const stretch = `<rect class="mark-${kind}" x="${left}" y="${top}" width="${width}" height="${height}" fill="currentColor" fill-opacity="0.15"><title>${svgText(label, 80)}</title></rect>`
    if (kind !== 'fault' && kind !== 'fault-failed') return [stretch]
    const dashes = kind === 'fault' ? '' : ' stroke-dasharray="4 6"'
    return [
      stretch,
      `<path class="mark-${kind}" d="M${left} ${top}v${height}" stroke="currentColor"${dashes}/>`,
    ]
  })
}

/** Labels of faults, each beside its line, as far as there is room: an image has no readout. */
function faultLabels(
  chart: LineChart,
  layout: PlotLayout,
  { x, left, top, width }: Scale,
): readonly string[] {
  const taken: (readonly [row: number, from: number, to: number])[] = []
  return chart.marks.flatMap(({ from: begun, kind, label }) => {
    if (kind !== 'fault' && kind !== 'fault-failed') return []
    const at = positionOn(chart.x, begun)
    if (at === null || at > layout.x.max) return []
    const start = Number(x(Math.max(at, layout.x.min)))
    const long = Math.min(Array.from(label).length, LABEL_LENGTH) * LETTER
    const isLeft = start + long > left + width
    const [from, to] = isLeft ? [start - long, start] : [start, start + long]
    const row = LABEL_ROWS.findIndex((_, k) =>
      taken.every((other) => other[0] !== k || other[2] < from || other[1] > to),
    )
    const dy = LABEL_ROWS[row]
    if (dy === undefined) return []
    taken.push([row, from, to])
    const anchor = isLeft ? `dx="-4" text-anchor="end"` : `dx="4"`
    return [
      `<text class="mark-${kind}" x="${start}" y="${top}" dy="${dy}" ${anchor}>${svgText(label, LABEL_LENGTH)}</text>`,
    ]
  })
}

/** Below the top of the plot, in px. */
const LABEL_ROWS = [11, 24, 37] as const
const LABEL_LENGTH = 40
/** The usual width of a letter, in px. */
const LETTER = 5.6

function bounds(chart: LineChart, { x, y, left, top, width, height }: Scale): readonly string[] {
  return chart.bounds.flatMap(({ axis, at, label }) => {
    const position = positionOn(chart[axis], at)
    if (position === null) return []
    const [path, text] =
      axis === 'y'
        ? [
            `M${left} ${y(position)}h${width}`,
            `x="${left + width}" y="${y(position)}" dy="-4" text-anchor="end"`,
          ]
        : [`M${x(position)} ${top}v${height}`, `x="${x(position)}" y="${top}" dx="4" dy="11"`]
    return [
      `<path class="bound" d="${path}" stroke="currentColor" stroke-width="1.5" stroke-dasharray="6 4" fill="none"/><text class="bound" ${text}>${svgText(label, 40)}</text>`,
    ]
  })
}

type Heights = readonly (number | null)[]

interface Placed {
  readonly series: Series
  readonly index: number
}

function drawn(placed: Placed, heights: Heights, layout: PlotLayout, scale: Scale): string {
  const points = layout.slots.flatMap(({ centre }, index) => {
    const height = heights[index]
    return height === null || height === undefined
      ? []
      : [{ x: scale.x(centre), y: scale.y(height) }]
  })
  const { series } = placed
  switch (series.shape) {
    case 'bars':
      return bars(series, heights, layout, scale)
    case 'dots':
      return dots(series, points)
    case 'line':
    case 'steps':
      // A line through a single point is invisible.
      return points.length < 2 ? dots(series, points) : line(placed, heights, layout, scale)
  }
}

function dots(
  { tone }: Series,
  points: readonly { readonly x: string; readonly y: string }[],
): string {
  return points
    .map(
      ({ x, y }) => `<circle class="tone-${tone}" cx="${x}" cy="${y}" r="3" fill="currentColor"/>`,
    )
    .join('')
}

function bars(
  { tone }: Series,
  heights: Heights,
  { slots }: PlotLayout,
  { x, y, top, height }: Scale,
): string {
  return slots
    .map(({ from, to }, index) => {
      const value = heights[index]
      if (value === null || value === undefined) return ''
      const width = Math.max(2, (Number(x(to)) - Number(x(from))) * 0.8)
      const upper = Number(y(value))
      return `<rect class="tone-${tone}" x="${x(from)}" y="${upper}" width="${px(width)}" height="${px(top + height - upper)}" fill="currentColor"/>`
    })
    .join('')
}

/** Broken where there is no figure. */
function line(
  { series, index: place }: Placed,
  heights: Heights,
  { slots }: PlotLayout,
  { x, y }: Scale,
): string {
  const { tone, shape } = series
  let path = ''
  let isBroken = true
  for (const [index, { centre, from, to }] of slots.entries()) {
    const height = heights[index]
    if (height === null || height === undefined) {
      isBroken = true
      continue
    }
    const next =
      shape === 'steps' && to > from
        ? `${x(from)} ${y(height)}H${x(to)}`
        : `${x(centre)} ${y(height)}`
    path += `${isBroken ? 'M' : 'L'}${next}`
    isBroken = false
  }
  return `<path class="tone-${tone}" d="${path}" stroke="currentColor" stroke-width="${1.75 + 2 * place}" stroke-linejoin="round" fill="none"/>`
}
