import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { Chart } from './chart.ts'

/** The place of a chart in a page: its script fills in the drawing, the table and the CSV. */
export function chartFigure(chart: Chart): VNode {
  return headedFigure(chart, 'h4')
}

/** The same with a title one level below the heading of the section that it is in. */
export function headedFigure({ id, title, sentence }: Chart, heading: 'h2' | 'h3' | 'h4'): VNode {
  return html`<figure class="chart" id=${id}>
    <figcaption>
      <${heading}>${title}</${heading}>
      <p id=${`${id}-sentence`}>${sentence}</p>
    </figcaption>
    <div class="plot" data-chart=${id}></div>
  </figure>`
}

/** Charts of a section side by side, as far as there is room. */
export function chartGrid(charts: readonly Chart[]): VNode {
  return html`<div class="charts">${charts.map((chart) => headedFigure(chart, 'h3'))}</div>`
}
