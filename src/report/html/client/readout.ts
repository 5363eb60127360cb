import { readHeatMap, readLines, type Readout } from '../chart-readout.ts'
import type { HeatMap } from '../chart.ts'
import { cellsOf } from '../heat-cells.ts'
import type { Plot } from './plot.ts'

/** What the cursor of a plot is on. */
export interface Place {
  /** A slot of the layout. */
  readonly slot: number
  /** The series selected, or the heat map's row; `null` without one. */
  readonly row: number | null
}

/** The figures at a place; `null` where a plot has none. */
export function readAt(plot: Plot, { slot, row }: Place): Readout | null {
  const chart = plot.chart()
  const at = plot.layout().slots[slot]
  if (at === undefined) return null
  if (chart.kind === 'lines') return readLines(chart, at, row)
  if (row === null || chart.edges[row + 1] === undefined) return null
  return readHeatMap(chart, at, row, countAt(chart, at.index, row))
}

/** The counts of a heat map's columns, by row. */
const counts = new WeakMap<HeatMap, Map<string, number>>()

function countAt(chart: HeatMap, column: number, row: number): number {
  let known = counts.get(chart)
  if (known === undefined) {
    known = new Map(cellsOf(chart).map((cell) => [`${cell.column} ${cell.row}`, cell.count]))
    counts.set(chart, known)
  }
  return known.get(`${column} ${row}`) ?? 0
}

/** The rows of a heat map that count something in a column, from the lowest. */
export function rowsAt(chart: HeatMap, column: number): readonly number[] {
  const rows = cellsOf(chart).filter((cell) => cell.column === column && cell.count > 0)
  return rows.map(({ row }) => row).toSorted((a, b) => a - b)
}

/** The row of a heat map's column that counts most. */
export function fullestRowAt(chart: HeatMap, column: number): number {
  const cells = cellsOf(chart).filter((cell) => cell.column === column)
  return cells.reduce((best, cell) => (cell.count > best.count ? cell : best), {
    row: 0,
    count: 0,
  }).row
}

/** Shows a readout beside the cursor; empty without one. */
export function showReadout(element: HTMLElement, readout: Readout | null): void {
  element.replaceChildren()
  element.classList.toggle('empty', readout === null)
  if (readout === null) return
  element.append(line('position', readout.position))
  for (const { label, figure, tone } of readout.figures) {
    const entry = line('figure', '')
    const name = document.createElement('span')
    name.className = tone === null ? '' : `swatch tone-${tone}`
    name.textContent = `${label}: `
    const value = document.createElement('b')
    value.textContent = figure
    entry.append(name, value)
    element.append(entry)
  }
  for (const event of readout.events) element.append(line('event', event))
}

function line(kind: string, text: string): HTMLElement {
  const element = document.createElement('div')
  element.className = kind
  element.textContent = text
  return element
}

/** Beside the cursor, inside of the plot. */
export function placeReadout(element: HTMLElement, { uplot }: Plot): void {
  const { left = 0, top = 0 } = uplot.cursor
  const { offsetWidth: width, offsetHeight: height } = element
  const over = uplot.over.getBoundingClientRect()
  const frame = element.parentElement?.getBoundingClientRect() ?? over
  const gap = 14
  const fitsRight = left + gap + width <= over.width
  const x = over.left - frame.left + (fitsRight ? left + gap : left - gap - width)
  const y = over.top - frame.top + Math.max(0, Math.min(top + gap, over.height - height))
  // Wider than what is left of the plot, it may cover the axis, but stays on the page.
  const inFrame = Math.max(0, Math.min(x, frame.width - width))
  element.style.transform = `translate(${Math.round(inFrame)}px, ${Math.round(y)}px)`
}
