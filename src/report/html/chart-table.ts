import { formatCount } from '../../format.ts'
import { elapsed, figureOn, NO_FIGURE } from './axis-figure.ts'
import type { Axis, Chart, HeatMap, LineChart } from './chart.ts'
import { cellsOf } from './heat-cells.ts'
import { eventsIn, slotsOf } from './plot-layout.ts'

/** A chart's data: a table shows it formatted, a CSV file as it is. */
export interface ChartTable {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly TableCell[])[]
}

export type TableCell = string | number | null

export interface TableColumn {
  /** Without a unit: figures in a table have theirs. */
  readonly label: string
  /** In the CSV file: with the unit. */
  readonly csvLabel: string
  readonly format: (cell: TableCell) => string
}

/** Everything that a chart shows, as columns and rows. */
export function chartTable(chart: Chart): ChartTable {
  return chart.kind === 'lines' ? tableOfLines(chart) : tableOfHeatMap(chart)
}

function tableOfLines(chart: LineChart): ChartTable {
  const { x, y, xs, series, marks } = chart
  const slots = new Map(slotsOf(x, xs).map((slot) => [slot.index, slot]))
  const columns: TableColumn[] = [...positionColumns(x)]
  for (const { label, interval } of series) {
    columns.push(column(y, label))
    if (interval !== undefined)
      columns.push(column(y, `${label}, low`), column(y, `${label}, high`))
  }
  if (marks.length > 0) columns.push({ label: 'Events', csvLabel: 'events', format: textOf })
  const rows = xs.map((at, k) => {
    const row: TableCell[] = [...positionCells(x, at)]
    for (const { values, interval } of series) {
      row.push(finite(values[k]))
      if (interval !== undefined) row.push(finite(interval.low[k]), finite(interval.high[k]))
    }
    if (marks.length > 0) {
      const slot = slots.get(k)
      row.push((slot === undefined ? [] : eventsIn(chart, slot)).join('; ') || null)
    }
    return row
  })
  return { columns, rows }
}

/** One row per cell that counts something. */
function tableOfHeatMap(chart: HeatMap): ChartTable {
  const { x, y, xs, edges } = chart
  const rows = cellsOf(chart).map(({ column: at, row, count }) => [
    ...positionCells(x, xs[at]),
    finite(edges[row]),
    finite(edges[row + 1]),
    finite(count),
  ])
  return {
    columns: [
      ...positionColumns(x),
      column(y, `${y.label}, above`),
      column(y, `${y.label}, up to`),
      { label: 'Requests', csvLabel: 'requests', format: countOf },
    ],
    rows,
  }
}

/** Where a row is on the x axis: of a clock, both the elapsed time and the time of day. */
function positionColumns(axis: Axis): readonly TableColumn[] {
  if (axis.scale !== 'clock') return [column(axis, axis.label)]
  return [
    {
      label: axis.label,
      csvLabel: `${axis.label} (s)`,
      format: (cell) => (typeof cell === 'number' ? elapsed(cell) : NO_FIGURE),
    },
    { label: 'Time', csvLabel: 'time', format: textOf },
  ]
}

function positionCells(axis: Axis, at: number | undefined): readonly TableCell[] {
  const value = finite(at)
  if (axis.scale === 'names') return [value === null ? null : (axis.names[value] ?? value)]
  if (axis.scale !== 'clock') return [value]
  return [value, value === null ? null : timestamp(axis.startMs + value * 1_000)]
}

/** ISO 8601, in UTC. */
function timestamp(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const CSV_UNITS = { ms: ' (ms)', '1/s': ' (1/s)', ratio: ' (ratio)', '×': ' (×)', number: '' }

function column(axis: Axis, label: string): TableColumn {
  const format = (cell: TableCell) =>
    typeof cell === 'number' ? figureOn(axis, cell) : textOf(cell)
  switch (axis.scale) {
    case 'linear':
    case 'log':
      return { label, csvLabel: `${label}${CSV_UNITS[axis.unit]}`, format }
    case 'nines':
      return { label, csvLabel: `${label} (%)`, format }
    case 'clock':
      return { label, csvLabel: `${label} (s)`, format }
    case 'names':
      return { label, csvLabel: label, format }
  }
}

function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function textOf(cell: TableCell): string {
  return cell === null ? NO_FIGURE : String(cell)
}

function countOf(cell: TableCell): string {
  return typeof cell === 'number' ? formatCount(cell) : textOf(cell)
}

/** RFC 4180, with all digits. A text that a spreadsheet would take for a formula is prefixed with `'`. */
export function csvOf({ columns, rows }: ChartTable): string {
  const header = columns.map(({ csvLabel }) => csvLabel)
  return `${[header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`
}

function csvCell(cell: TableCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  return `"${cell.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`
}
