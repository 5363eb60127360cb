import { formatMs } from '../../format.ts'
import { paint } from '../../report/terminal/paint.ts'

/** Latency by percentile: the time in ms within which that percentage of requests stayed. */
export type LatencyByPercentile = (percentile: number) => number | null

/** Columns and rows of the plotting area; with labels, a plot fits into 80 columns. */
const WIDTH = 64
const HEIGHT = 14

/** The labelled percentiles; the axis spans the first to the last. */
const TICKS = [50, 90, 95, 99, 99.9, 99.99] as const

const MARKS = { baseline: 'o', candidate: 'x', both: '*' } as const

/**
 * Two runs' latency by percentile, as text. Every nine has the same width: percentile p is placed at
 * -log₁₀(1 - p), as in HdrHistogram's plots. The time axis is logarithmic if the largest time is more than ten
 * times the smallest. Whole lines without a final newline; `null` if a run has no times.
 */
export function renderPercentilePlot(
  title: string,
  baseline: LatencyByPercentile,
  candidate: LatencyByPercentile,
): string | null {
  const percentiles = Array.from({ length: WIDTH }, (_, column) => percentileAt(column))
  const curves = [percentiles.map(baseline), percentiles.map(candidate)] as const
  const times = curves.flat().filter((time) => time !== null)
  if (times.length < 2 * WIDTH) return null
  const rowOf = scaleOf(Math.min(...times), Math.max(...times))
  const rows = Array.from({ length: HEIGHT }, (_, row) => {
    const cells = percentiles.map((_percentile, column) => {
      const [a, b] = [curves[0][column] ?? 0, curves[1][column] ?? 0]
      const [isBaseline, isCandidate] = [rowOf.row(a) === row, rowOf.row(b) === row]
      if (isBaseline && isCandidate) return MARKS.both
      if (isBaseline) return paint('cyan', MARKS.baseline)
      return isCandidate ? paint('magenta', MARKS.candidate) : ' '
    })
    const label = row % 3 === 1 ? formatMs(rowOf.time(row)) : ''
    return `  ${label.padStart(8)} ┤${cells.join('').trimEnd()}`
  })
  const legend = `${paint('cyan', MARKS.baseline)} baseline  ${paint('magenta', MARKS.candidate)} candidate  ${MARKS.both} both`
  return [
    `  ${title}`,
    `  ${''.padStart(8)}  ${legend}`,
    ...rows.toReversed(),
    `  ${''.padStart(8)} └${axis()}`,
    `  ${''.padStart(8)}  ${tickLabels()}`,
  ].join('\n')
}

/** The row of a time and the time of a row, 0 being the lowest row. */
function scaleOf(
  lowest: number,
  highest: number,
): { row: (ms: number) => number; time: (row: number) => number } {
  const isLogarithmic = lowest > 0 && highest / lowest > 10
  const to = (ms: number): number => (isLogarithmic ? Math.log(ms) : ms)
  const from = (value: number): number => (isLogarithmic ? Math.exp(value) : value)
  const range = to(highest) - to(lowest)
  const step = range === 0 ? 1 : range / (HEIGHT - 1)
  return {
    row: (ms) => Math.round((to(ms) - to(lowest)) / step),
    time: (row) => from(to(lowest) + row * step),
  }
}

const nines = (percentile: number): number => -Math.log10(1 - percentile / 100)
const FIRST = nines(TICKS[0])
const LAST = nines(99.99)

function percentileAt(column: number): number {
  return 100 * (1 - 10 ** -(FIRST + (column / (WIDTH - 1)) * (LAST - FIRST)))
}

function columnOf(percentile: number): number {
  return Math.round(((nines(percentile) - FIRST) / (LAST - FIRST)) * (WIDTH - 1))
}

function axis(): string {
  const columns = new Set(TICKS.map(columnOf))
  return Array.from({ length: WIDTH }, (_, column) => (columns.has(column) ? '┬' : '─')).join('')
}

function tickLabels(): string {
  let line = ''
  for (const percentile of TICKS) {
    const label = `P${percentile}`
    line = line.padEnd(Math.max(columnOf(percentile) - (label.length >> 1), 0)) + label
  }
  return line
}
