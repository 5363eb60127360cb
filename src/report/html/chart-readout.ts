import { counted } from '../../format.ts'
import { elapsed, figureOn, stretchOn } from './axis-figure.ts'
import type { HeatMap, LineChart, Tone } from './chart.ts'
import { eventsIn, type Slot } from './plot-layout.ts'

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

/** The figures of all series, or of the one selected, in a slot. */
export function readLines(chart: LineChart, slot: Slot, selected: number | null): Readout {
  const { x, y, xs, series } = chart
  const { index } = slot
  return {
    position: figureOn(x, xs[index]),
    figures: series.flatMap(({ label, tone, values, interval }, k) => {
      if (selected !== null && selected !== k) return []
      const [low, high] = [interval?.low[index], interval?.high[index]]
      const ends =
        typeof low === 'number' && typeof high === 'number'
          ? ` (${figureOn(y, low)} to ${figureOn(y, high)})`
          : ''
      return [{ label, tone, figure: `${figureOn(y, values[index])}${ends}` }]
    }),
    events: eventsIn(chart, slot),
  }
}

/** `12–13 s, 4.10–4.40 ms: 23 requests`, of the cell in a slot and row. */
export function readHeatMap(chart: HeatMap, slot: Slot, row: number, count: number): Readout {
  const { x, y, xs, edges } = chart
  const from = xs[slot.index] ?? 0
  const [low, high] = [edges[row], edges[row + 1]]
  const stretch =
    x.scale === 'clock' ? stretchOn(x, from, from + slot.to - slot.from) : figureOn(x, from)
  return {
    position: x.scale === 'clock' && from >= 60 ? `${stretch} (${elapsed(from)})` : stretch,
    figures: [
      {
        label: low === undefined || high === undefined ? '' : stretchOn(y, low, high),
        figure: counted(count, 'request'),
        tone: null,
      },
    ],
    events: eventsIn(chart, slot),
  }
}
