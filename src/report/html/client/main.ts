import type { Chart } from '../chart.ts'

/** Draws every chart of the page. */
function drawCharts(charts: readonly Chart[]): void {
  for (const { id, title } of charts) {
    const plot = document.querySelector(`[data-chart="${CSS.escape(id)}"]`)
    if (plot !== null) plot.textContent = title
  }
}

const data = document.querySelector('#charts')?.textContent ?? '[]'
drawCharts(JSON.parse(data) as readonly Chart[])
