import { counted } from '../../../format.ts'
import type { Chart, Mark } from '../chart.ts'
import { mostOf } from './paint-heat.ts'
import { seriesOf } from './plot.ts'

/** What the lines and colours of a chart stand for. */
export function legendOf(chart: Chart): HTMLElement {
  const legend = document.createElement('div')
  legend.className = 'legend'
  const axis = document.createElement('span')
  axis.className = 'axis-label'
  axis.textContent = chart.y.label
  legend.append(axis)
  if (chart.kind === 'heat-map') legend.append(heatScale(mostOf(chart)))
  for (const { label, tone, shape } of seriesOf(chart)) {
    const entry = document.createElement('span')
    entry.className = `swatch shape-${shape} tone-${tone}`
    const name = document.createElement('span')
    name.textContent = label
    entry.append(name)
    legend.append(entry)
  }
  for (const kind of new Set(chart.marks.map((mark) => mark.kind))) {
    const entry = document.createElement('span')
    entry.className = `swatch shape-mark mark-${kind}`
    const name = document.createElement('span')
    name.textContent = MARK_NAMES[kind]
    entry.append(name)
    legend.append(entry)
  }
  return legend
}

const MARK_NAMES: Readonly<Record<Mark['kind'], string>> = {
  failed: 'requests failed',
  dropped: 'requests dropped',
  pause: 'generator paused',
  drain: 'load has ended',
  fault: 'fault',
  'fault-failed': 'fault not injected',
  change: 'change',
}

/** The scale of colours with the counts at its ends. */
function heatScale(most: number): HTMLElement {
  const scale = document.createElement('span')
  scale.className = 'heat-scale'
  const bar = document.createElement('span')
  bar.className = 'bar'
  scale.append('1', bar, counted(most, 'request'))
  return scale
}
