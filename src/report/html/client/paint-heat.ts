import { positionOn } from '../axis-position.ts'
import type { HeatMap } from '../chart.ts'
import { cellsOf } from '../heat-cells.ts'
import type { PlotLayout } from '../plot-layout.ts'
import type { Surface } from './canvas.ts'
import { colourAt, type Palette } from './palette.ts'

/** Every cell that counts something, coloured by the logarithm of its count. */
export function paintHeat(
  { context, toX, toY }: Surface,
  chart: HeatMap,
  { slots }: PlotLayout,
  palette: Palette,
): void {
  const most = mostOf(chart)
  const columns = new Map(slots.map((slot) => [slot.index, slot]))
  const heights = chart.edges.map((edge) => positionOn(chart.y, edge))
  for (const { column, row, count } of cellsOf(chart)) {
    const slot = columns.get(column)
    const [low, high] = [heights[row], heights[row + 1]]
    if (slot === undefined || !(count > 0)) continue
    if (high === null || high === undefined || low === undefined) continue
    const bottom = low === null ? toY(high) + 4 : toY(low)
    // Whole pixels: no seams between cells.
    const [left, right] = [Math.floor(toX(slot.from)), Math.floor(toX(slot.to))]
    const [from, to] = [Math.floor(toY(high)), Math.floor(bottom)]
    context.fillStyle = `rgb(${colourAt(palette.heat, ratioOf(count, most)).join(',')})`
    context.fillRect(left, from, Math.max(1, right - left), Math.max(1, to - from))
  }
}

/** The largest count, at least 1. */
export function mostOf(chart: HeatMap): number {
  let most = 1
  for (const { count } of cellsOf(chart)) if (count > most && count < Infinity) most = count
  return most
}

/** Where a count is on the scale of colours. */
function ratioOf(count: number, most: number): number {
  return most > 1 ? Math.log(Math.max(1, count)) / Math.log(most) : 1
}
