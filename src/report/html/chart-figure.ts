import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { Chart } from './chart.ts'

/** The place of a chart in a page: its script fills in the drawing, the table and the CSV. */
export function chartFigure({ id, title, sentence }: Chart): VNode {
  return html`<figure class="chart" id=${id}>
    <figcaption>
      <h4>${title}</h4>
      <p>${sentence}</p>
    </figcaption>
    <div class="plot" data-chart=${id}></div>
  </figure>`
}
