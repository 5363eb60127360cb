import { formatMs } from '../format.ts'
import { intervalsOf } from '../run-file/json/intervals-json.ts'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'

const WIDTH = 640
const ROW_HEIGHT = 120
const MARGIN = { left: 70, right: 16, top: 26, bottom: 22 }
const LINES = [
  { figure: 'p50Ms', label: 'P50', colour: '#2b8a3e' },
  { figure: 'p99Ms', label: 'P99', colour: '#e8590c' },
  { figure: 'maxMs', label: 'max', colour: '#adb5bd' },
] as const

/**
 * Response times over the seconds of a load, one row per operation, as a self-contained SVG image.
 * @returns `null` if no request was answered.
 */
export function latencyChart(result: LoadResultJson): string | null {
  const rows = result.operations
    .map(({ name }) => ({
      name,
      points: intervalsOf(result).flatMap(({ operation, second, response }) =>
        operation === name && response !== null ? [{ second, ...response }] : [],
      ),
    }))
    .filter(({ points }) => points.length > 0)
  if (rows.length === 0) return null
  const height = rows.length * ROW_HEIGHT
  const seconds = Math.max(1, ...rows.flatMap(({ points }) => points.map(({ second }) => second)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...rows.map(({ name, points }, row) => drawRow(name, points, row * ROW_HEIGHT, seconds)),
    '</svg>',
  ].join('\n')
}

type Point = { readonly second: number } & Readonly<
  Record<(typeof LINES)[number]['figure'], number>
>

function drawRow(name: string, points: readonly Point[], top: number, seconds: number): string {
  const highest = Math.max(...points.map(({ maxMs }) => maxMs))
  const bottom = top + ROW_HEIGHT - MARGIN.bottom
  const right = WIDTH - MARGIN.right
  const x = (second: number): number => MARGIN.left + (second / seconds) * (right - MARGIN.left)
  const y = (ms: number): number => bottom - (ms / highest) * (bottom - top - MARGIN.top)
  const legend = LINES.map(
    ({ label, colour }, i) =>
      `<text x="${right - (LINES.length - i) * 40}" y="${top + 16}" fill="${colour}">${label}</text>`,
  )
  const lines = LINES.map(({ figure, colour }) => {
    const path = points.map((point) => `${at(x(point.second))},${at(y(point[figure]))}`).join(' ')
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  })
  return [
    `<text x="${MARGIN.left}" y="${top + 16}" font-weight="bold">${escapeXml(name)} response</text>`,
    ...legend,
    `<path d="M${MARGIN.left},${top + MARGIN.top}V${bottom}H${right}" fill="none" stroke="#868e96"/>`,
    `<text x="${MARGIN.left - 6}" y="${top + MARGIN.top + 4}" text-anchor="end">${formatMs(highest)}</text>`,
    `<text x="${MARGIN.left - 6}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${MARGIN.left}" y="${bottom + 14}">0 s</text>`,
    `<text x="${right}" y="${bottom + 14}" text-anchor="end">${seconds} s</text>`,
    ...lines,
  ].join('\n')
}

function at(px: number): string {
  return px.toFixed(1)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
