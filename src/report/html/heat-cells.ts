import type { HeatMap } from './chart.ts'

/** A cell of a heat map: its place, and the requests in it. */
export interface Cell {
  readonly column: number
  readonly row: number
  readonly count: number
}

/** The cells of a heat map, in its order. */
export function cellsOf({ cells }: HeatMap): readonly Cell[] {
  const found: Cell[] = []
  for (let k = 0; k + 2 < cells.length; k += 3) {
    found.push({ column: cells[k] ?? -1, row: cells[k + 1] ?? -1, count: cells[k + 2] ?? 0 })
  }
  return found
}
