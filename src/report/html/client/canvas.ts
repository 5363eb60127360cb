import type uPlot from 'uplot'

/** Pixels of a plot's canvas: positions of its axes, and lengths in CSS pixels. */
export interface Surface {
  readonly context: CanvasRenderingContext2D
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Canvas pixels per CSS pixel. */
  readonly scale: number
  readonly toX: (position: number) => number
  readonly toY: (position: number) => number
}

/** Paints inside the axes of a plot; what it sets on the context ends with it. */
export function paintInside(plot: uPlot, paint: (surface: Surface) => void): void {
  const { ctx: context, bbox } = plot
  const { left, top, width, height } = bbox
  context.save()
  context.beginPath()
  context.rect(left, top, width, height)
  context.clip()
  paint({
    context,
    left,
    top,
    width,
    height,
    scale: devicePixelRatio,
    toX: (position) => plot.valToPos(position, 'x', true),
    toY: (position) => plot.valToPos(position, 'y', true),
  })
  context.restore()
}
