import type { LineChart } from '../html/chart.ts'
import { plotSvg } from './plot-svg.ts'
import { svgStyle } from './svg-style.ts'
import { svgText } from './svg-text.ts'

/** In px. Vitest's UI shows no wider image. */
const WIDTH = 600
const HEIGHT = 210

/** Charts as one self-contained image, below each other: for places that show images and run no script. */
export function chartsSvg(charts: readonly LineChart[]): string {
  const height = charts.length * HEIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    svgStyle(),
    `<rect class="ground" width="${WIDTH}" height="${height}" fill="currentColor"/>`,
    ...charts.map(
      (chart, row) => `<g transform="translate(0 ${row * HEIGHT})">${chartSvg(chart)}</g>`,
    ),
    '</svg>',
  ].join('\n')
}

function chartSvg(chart: LineChart): string {
  const drawn = plotSvg(chart, {
    left: 58,
    top: 44,
    width: WIDTH - 58 - 18,
    height: HEIGHT - 44 - 34,
  })
  return [
    `<text class="text" x="12" y="18" font-size="13" font-weight="600">${svgText(chart.title, 60)}</text>`,
    legend(chart),
    drawn ?? `<text class="muted" x="58" y="${HEIGHT / 2}">no figures</text>`,
  ].join('\n')
}

/** A swatch and a name per series, in one line. */
function legend({ series, y }: LineChart): string {
  let x = 12
  const entries = series.map(({ label, tone, shape }) => {
    const swatch =
      shape === 'dots' || shape === 'bars'
        ? `<circle class="tone-${tone}" cx="${x + 7}" cy="30" r="3.5" fill="currentColor"/>`
        : `<path class="tone-${tone}" d="M${x} 30h14" stroke="currentColor" stroke-width="2.5"/>`
    const text = `<text class="muted" x="${x + 19}" y="34">${svgText(label, 16)}</text>`
    x += 34 + Math.min(label.length, 16) * 6.2
    return `${swatch}${text}`
  })
  const axis = `<text class="muted" x="${WIDTH - 18}" y="34" text-anchor="end">${svgText(y.label, 30)}</text>`
  return `${entries.join('')}${axis}`
}
