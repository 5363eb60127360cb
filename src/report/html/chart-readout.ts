import { counted } from '../../format.ts'
import { elapsed, figureOn, stretchOn } from './axis-figure.ts'
import type { HeatMap, LineChart, Tone } from './chart.ts'
import { eventsAt } from './chart-table.ts'

/** The figures of a chart at one position of its x axis, or of one cell. */
export interface Readout {
  readonly position: string
  readonly figures: readonly ReadFigure[]
  /** What happened there. */
  readonly events: readonly string[]
}

export interface ReadFigure {
  readonly label: string
  readonly figure: string
  /** `null` for a heat map's count. */
  readonly tone: Tone | null
}

/** The figures of all series, or of the one selected, at an index of `xs`. */
export function readLines(
  { x, y, xs, series, marks }: LineChart,
  index: number,
  selected: number | null,
): Readout {
  const at = xs[index]
  return {
    position: figureOn(x, at),
    figures: series.flatMap(({ label, tone, values, interval }, k) => {
      if (selected !== null && selected !== k) return []
      const [low, high] = [interval?.low[index], interval?.high[index]]
      const ends =
        typeof low === 'number' && typeof high === 'number'
          ? ` (${figureOn(y, low)} to ${figureOn(y, high)})`
          : ''
      return [{ label, tone, figure: `${figureOn(y, values[index])}${ends}` }]
    }),
    events: at === undefined ? [] : eventsAt(marks, at),
  }
}

/** `12–13 s, 4.10–4.40 ms: 23 requests`, of the cell at a column and row. */
export function readHeatMap(
  { x, y, xs, edges, marks }: HeatMap,
  column: number,
  row: number,
  count: number,
  width: number,
): Readout {
  const from = xs[column] ?? 0
  const low = edges[row]
  const high = edges[row + 1]
  const stretch = x.scale === 'clock' ? stretchOn(x, from, from + width) : figureOn(x, from)
  return {
    position: x.scale === 'clock' && from >= 60 ? `${stretch} (${elapsed(from)})` : stretch,
    figures: [
      {
        label: low === undefined || high === undefined ? '' : stretchOn(y, low, high),
        figure: counted(count, 'request'),
        tone: null,
      },
    ],
    events: eventsAt(marks, from),
  }
}

/** In one line, for those who hear it. */
export function readoutText({ position, figures, events }: Readout): string {
  const parts = figures.map(({ label, figure }) => `${label}: ${figure}`)
  return [position, ...parts, ...events].join(', ')
}
