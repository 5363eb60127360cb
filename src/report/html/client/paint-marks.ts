import { positionOn } from '../axis-position.ts'
import type { Chart, Mark } from '../chart.ts'
import type { Surface } from './canvas.ts'
import type { Palette } from './palette.ts'

/** Stretches in which something happened: shaded, under the figures. */
export function paintMarks(surface: Surface, { x, marks }: Chart, palette: Palette): void {
  const { context, toX, top, height, scale } = surface
  for (const { from, to, kind } of marks) {
    const [start, end] = [positionOn(x, from), positionOn(x, to)]
    if (start === null || end === null) continue
    const left = toX(Math.min(start, end))
    const width = Math.max(toX(Math.max(start, end)) - left, scale)
    context.fillStyle = palette.mark(kind)
    // A moment is a line.
    context.globalAlpha = width < 3 * scale ? 0.45 : kind === 'fault' ? 0.1 : 0.16
    context.fillRect(left, top, width, height)
    context.globalAlpha = 1
    const wide = Math.max(width, 3 * scale)
    context.fillRect(left - (wide - width) / 2, top, wide, 4 * scale)
    if (kind === 'fault' || kind === 'fault-failed') paintMoment(surface, left, kind)
  }
}

/** Where a fault began: a line, broken for one that was not injected. The colour is set. */
function paintMoment(
  { context, top, height, scale }: Surface,
  x: number,
  kind: Mark['kind'],
): void {
  const left = x - scale / 2
  if (kind === 'fault') {
    context.fillRect(left, top, scale, height)
    return
  }
  for (let at = top; at < top + height; at += 10 * scale) {
    context.fillRect(left, at, scale, Math.min(4 * scale, top + height - at))
  }
}

/** Marks of a plot that have their labels in it: there are more faults than stretches of failures to tell apart. */
const MAX_LABELLED = 3
const MAX_LABELLED_FAULTS = 12

/** Bounds as labelled lines, and the labels of marks: over the figures. */
export function paintBounds(surface: Surface, chart: Chart, palette: Palette): void {
  const labels = new Labels(surface, palette)
  const { context, toX, toY, left, top, width, height, scale } = surface
  for (const { axis, at, label, isNeutral = false } of chart.bounds) {
    const colour = isNeutral ? palette.muted : palette.bound
    const position = positionOn(axis === 'x' ? chart.x : chart.y, at)
    if (position === null) continue
    context.beginPath()
    if (axis === 'y') {
      context.moveTo(left, toY(position))
      context.lineTo(left + width, toY(position))
    } else {
      context.moveTo(toX(position), top)
      context.lineTo(toX(position), top + height)
    }
    if (chart.kind === 'heat-map') {
      // Cells may have its colour: something of the background is beside it.
      context.globalAlpha = 0.7
      context.strokeStyle = palette.background
      context.lineWidth = 3.5 * scale
      context.stroke()
      context.globalAlpha = 1
    }
    context.strokeStyle = colour
    context.lineWidth = 1.5 * scale
    context.setLineDash([6 * scale, 4 * scale])
    context.stroke()
    context.setLineDash([])
    if (axis === 'y') labels.write(label, left + width, toY(position), 'end', colour)
    else labels.write(label, toX(position), top + 14 * scale, 'start', colour)
  }
  for (const { from, kind, label } of labelledMarks(chart.marks)) {
    const start = positionOn(chart.x, from)
    if (start === null || toX(start) > left + width) continue
    labels.write(label, toX(start), top + 18 * scale, 'start', palette.mark(kind))
  }
}

/** The legend and the readout say what the others are. */
function labelledMarks(marks: readonly Mark[]): readonly Mark[] {
  const faults = marks.filter(({ kind }) => kind === 'fault' || kind === 'fault-failed')
  const others = marks.filter(
    ({ kind }) => kind === 'failed' || kind === 'dropped' || kind === 'change',
  )
  return [
    ...(faults.length > MAX_LABELLED_FAULTS ? [] : faults),
    // Labels of faults say why there are failures.
    ...(faults.length > 0 || others.length > MAX_LABELLED ? [] : others),
  ]
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Labels of a plot: one that would cover another goes to a free place near it, or is left out. */
class Labels {
  readonly #surface: Surface
  readonly #palette: Palette
  readonly #taken: Box[] = []

  constructor(surface: Surface, palette: Palette) {
    this.#surface = surface
    this.#palette = palette
  }

  /** Above a height, starting or ending at `x`. */
  write(label: string, x: number, y: number, align: 'start' | 'end', colour: string): void {
    const { context, left, top, width, height, scale } = this.#surface
    context.font = this.#palette.font.replace('12px', `${11 * scale}px`)
    const text = fitting(context, label, width * 0.6)
    if (text === '') return
    const size = { wide: context.measureText(text).width + 8 * scale, high: 15 * scale }
    const start = align === 'start' ? x : x - size.wide
    for (const [right, down] of PLACES) {
      const boxLeft = clamped(start - right * size.wide, left, left + width - size.wide)
      const boxTop = clamped(
        y - size.high + down * size.high,
        top + 3 * scale,
        top + height - size.high,
      )
      const box = {
        left: boxLeft,
        top: boxTop,
        right: boxLeft + size.wide,
        bottom: boxTop + size.high,
      }
      if (this.#taken.some((other) => overlap(box, other))) continue
      this.#taken.push(box)
      context.textBaseline = 'middle'
      context.textAlign = 'left'
      const at = [box.left + 4 * scale, (box.top + box.bottom) / 2] as const
      // A halo keeps it readable over lines, and covers less of them than a box.
      context.strokeStyle = this.#palette.background
      context.lineJoin = 'round'
      context.lineWidth = 3 * scale
      context.strokeText(text, ...at)
      context.fillStyle = colour
      context.fillText(text, ...at)
      return
    }
  }
}

/** Where a label may go, in its own widths to the left and heights down. */
const PLACES = [
  [0, 0],
  [0, 1],
  [1.1, 0],
  [1.1, 1],
  [0, 2],
  [0, 3],
  [0, 4],
] as const

function clamped(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** A text cut to a width, in canvas pixels. */
function fitting(context: CanvasRenderingContext2D, label: string, widest: number): string {
  let text = label.length > 80 ? `${label.slice(0, 79)}…` : label
  while (text.length > 1 && context.measureText(text).width > widest) {
    text = `${text.slice(0, -2)}…`
  }
  return text
}
