import { positionOn, valueAt } from '../axis-position.ts'
import { fullestRowAt, placeReadout, readAt, rowsAt, showReadout, type Place } from './readout.ts'
import type { Plot } from './plot.ts'

/** Where the pointer or the arrow keys are in a plot, and the figures shown there. */
export class Pointing {
  readonly #plot: () => Plot | null
  readonly #readout: HTMLElement
  #place: Place | null = null
  /** Moving the cursor by a key must not be taken for the pointer. */
  #isByKey = false

  constructor(plot: () => Plot | null, readout: HTMLElement) {
    this.#plot = plot
    this.#readout = readout
  }

  /** The pointer has moved. */
  follow(): void {
    const plot = this.#plot()
    if (plot === null || this.#isByKey) return
    const { left = -1, top = -1, idx } = plot.uplot.cursor
    if (left < 0 || idx === null || idx === undefined) return this.#leaveBy(plot)
    this.#show(plot, { slot: this.#slotAt(plot, left, idx), row: this.#rowAt(plot, top) })
  }

  /** Whether the key moves or ends the cursor. */
  press(key: string): boolean {
    const plot = this.#plot()
    if (plot === null) return false
    const last = plot.layout().slots.length - 1
    const slot = this.#place?.slot ?? null
    switch (key) {
      case 'ArrowRight':
        return this.#moveTo(plot, slot === null ? 0 : Math.min(last, slot + 1))
      case 'ArrowLeft':
        return this.#moveTo(plot, slot === null ? last : Math.max(0, slot - 1))
      case 'Home':
        return this.#moveTo(plot, 0)
      case 'End':
        return this.#moveTo(plot, last)
      case 'ArrowUp':
        return this.#select(plot, 1)
      case 'ArrowDown':
        return this.#select(plot, -1)
      case 'Escape':
        this.leave()
        return true
      default:
        return false
    }
  }

  /** Shows no figures. */
  leave(): void {
    const plot = this.#plot()
    if (plot === null) return
    this.#byKey(() => plot.uplot.setCursor({ left: -10, top: -10 }))
    this.#leaveBy(plot)
  }

  /** After other data were drawn. */
  refresh(): void {
    const plot = this.#plot()
    if (plot !== null && this.#place !== null) this.#show(plot, this.#place)
  }

  #leaveBy(plot: Plot): void {
    if (this.#place !== null) plot.uplot.setSeries(null, { focus: false })
    this.#place = null
    showReadout(this.#readout, null)
  }

  #show(plot: Plot, place: Place): void {
    this.#place = place
    showReadout(this.#readout, readAt(plot, place))
    placeReadout(this.#readout, plot)
  }

  #moveTo(plot: Plot, slot: number): boolean {
    const at = plot.layout().slots[slot]
    if (at === undefined) return true
    const chart = plot.chart()
    let row = this.#place?.row ?? null
    if (chart.kind === 'heat-map') {
      row = nearest(rowsAt(chart, at.index), row ?? fullestRowAt(chart, at.index)) ?? row
    }
    this.#goTo(plot, { slot, row })
    return true
  }

  /** The next series or row; one step beyond the last series shows all. */
  #select(plot: Plot, step: 1 | -1): boolean {
    const slot = this.#place?.slot ?? 0
    const row = this.#place?.row ?? null
    const chart = plot.chart()
    if (chart.kind === 'heat-map') {
      const rows = rowsAt(chart, plot.layout().slots[slot]?.index ?? -1)
      const beyond = rows.filter((other) => row === null || (other - row) * step > 0)
      const next = step > 0 ? beyond[0] : beyond.at(-1)
      this.#goTo(plot, { slot, row: next ?? row })
      return true
    }
    // ArrowDown goes through the series as the legend lists them.
    const of = chart.series.length + 1
    const place = ((row === null ? 0 : row + 1) - step + of) % of
    this.#goTo(plot, { slot, row: place === 0 ? null : place - 1 })
    return true
  }

  #goTo(plot: Plot, place: Place): void {
    const { uplot } = plot
    const at = plot.layout().slots[place.slot]
    if (at === undefined) return
    const left = uplot.valToPos(at.centre, 'x')
    this.#byKey(() => uplot.setCursor({ left, top: this.#topOf(plot, place) }))
    if (plot.chart().kind === 'lines') {
      uplot.setSeries(place.row === null ? null : place.row + 1, { focus: place.row !== null })
    }
    this.#show(plot, place)
  }

  #topOf({ uplot, ...plot }: Plot, { slot, row }: Place): number {
    const chart = plot.chart()
    if (chart.kind === 'heat-map') {
      const [low, high] = [row ?? 0, (row ?? 0) + 1].map((k) => positionOn(chart.y, chart.edges[k]))
      if (typeof high !== 'number') return 0
      return uplot.valToPos(((low ?? high) + high) / 2, 'y')
    }
    const height = plot.layout().heights[row ?? 0]?.[slot]
    return typeof height === 'number' ? uplot.valToPos(height, 'y') : 0
  }

  #slotAt({ uplot, ...plot }: Plot, left: number, nearestIndex: number): number {
    if (plot.chart().x.scale !== 'clock') return nearestIndex
    const position = uplot.posToVal(left, 'x')
    const within = plot
      .layout()
      .slots.findIndex(({ from, to }) => position >= from && position < to)
    return within < 0 ? nearestIndex : within
  }

  #rowAt({ uplot, ...plot }: Plot, top: number): number | null {
    const chart = plot.chart()
    if (chart.kind !== 'heat-map') return null
    const value = valueAt(chart.y, uplot.posToVal(top, 'y'))
    const above = chart.edges.findIndex((edge) => edge >= value)
    return above <= 0 ? null : above - 1
  }

  #byKey(move: () => void): void {
    this.#isByKey = true
    try {
      move()
    } finally {
      this.#isByKey = false
    }
  }
}

function nearest(rows: readonly number[], wanted: number): number | undefined {
  return rows.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0]
}
