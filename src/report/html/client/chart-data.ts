import { counted, formatCount } from '../../../format.ts'
import { chartTable, csvOf } from '../chart-table.ts'
import type { Chart } from '../chart.ts'

/** Rows that a table shows; the CSV file has all. */
const MAX_ROWS = 1_000

/** A chart's data as a table, built when it is opened, and as a CSV file. */
export class ChartData {
  readonly element = document.createElement('div')
  readonly #details = document.createElement('details')
  #chart: Chart

  constructor(chart: Chart) {
    this.#chart = chart
    this.element.className = 'chart-data'
    const summary = document.createElement('summary')
    summary.textContent = 'Data'
    this.#details.append(summary)
    this.#details.addEventListener('toggle', () => this.#fill())
    const csv = document.createElement('button')
    csv.type = 'button'
    csv.textContent = 'CSV'
    csv.title = `Download the data of “${chart.title}” as CSV`
    csv.addEventListener('click', () => download(this.#chart))
    this.element.append(this.#details, csv)
  }

  update(chart: Chart): void {
    this.#chart = chart
    this.#fill()
  }

  #fill(): void {
    this.#details.querySelector('.table')?.remove()
    if (this.#details.open) this.#details.append(tableOf(this.#chart))
  }
}

function tableOf(chart: Chart): HTMLElement {
  const { columns, rows } = chartTable(chart)
  const table = document.createElement('table')
  const caption = table.createCaption()
  caption.textContent =
    rows.length > MAX_ROWS
      ? `${chart.title}: the first ${formatCount(MAX_ROWS)} of ${counted(rows.length, 'row')}; the CSV file has all.`
      : chart.title
  const head = table.createTHead().insertRow()
  for (const { label } of columns) {
    const cell = document.createElement('th')
    cell.scope = 'col'
    cell.textContent = label
    head.append(cell)
  }
  const body = table.createTBody()
  for (const row of rows.slice(0, MAX_ROWS)) {
    const line = body.insertRow()
    for (const [k, { format }] of columns.entries()) {
      line.insertCell().textContent = format(row[k] ?? null)
    }
  }
  const frame = document.createElement('div')
  frame.className = 'table'
  // It scrolls, so the keyboard must reach it.
  frame.tabIndex = 0
  frame.setAttribute('role', 'group')
  frame.setAttribute('aria-label', `Data of ${chart.title}`)
  frame.append(table)
  return frame
}

function download(chart: Chart): void {
  const blob = new Blob([csvOf(chartTable(chart))], { type: 'text/csv;charset=utf-8' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${chart.id}.csv`
  link.click()
  // Once the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
