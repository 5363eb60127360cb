import type { Chart } from '../chart.ts'
import { ChartData } from './chart-data.ts'
import { legendOf } from './legend.ts'
import { mostOf } from './paint-heat.ts'
import { readPalette } from './palette.ts'
import { drawPlot, type Plot } from './plot.ts'
import { Pointing } from './pointing.ts'

/** A chart in its place of the page: legend, plot, readout, data. */
export class ChartPlace {
  readonly element: HTMLElement
  readonly #canvas = document.createElement('div')
  readonly #readout = document.createElement('div')
  readonly #pointing: Pointing
  readonly #data: ChartData
  #legend: HTMLElement
  #chart: Chart
  #plot: Plot | null = null
  /** Drawn, or to be drawn again once it is seen. */
  #isSeen = false

  constructor(chart: Chart, element: HTMLElement) {
    this.element = element
    this.#chart = chart
    this.#data = new ChartData(chart)
    this.#legend = legendOf(chart)
    this.#readout.className = 'readout empty'
    this.#readout.setAttribute('aria-live', 'polite')
    this.#pointing = new Pointing(() => this.#plot, this.#readout)
    this.#canvas.className = 'canvas'
    this.#canvas.tabIndex = 0
    this.#canvas.setAttribute('role', 'application')
    this.#canvas.setAttribute('aria-roledescription', 'chart')
    this.#canvas.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return
      if (this.#pointing.press(event.key)) event.preventDefault()
    })
    this.#canvas.addEventListener('blur', () => {
      // Markup around it may just be replaced: the focus comes back at once.
      queueMicrotask(() => {
        if (document.activeElement !== this.#canvas) this.#pointing.leave()
      })
    })
    this.#canvas.addEventListener('pointermove', (event) => this.#touch(event))
    this.#describe()
    element.replaceChildren(this.#legend, this.#canvas, this.#readout, this.#data.element)
  }

  /** Draws the chart, unless it is drawn. */
  show(): void {
    this.#isSeen = true
    if (this.#plot === null) this.#draw()
  }

  /** Draws it again, because colours have changed. */
  redraw(): void {
    if (this.#isSeen) this.#draw()
  }

  /** Draws it for paper, whether it was seen or not; `width` is in CSS pixels. */
  drawForPaper(width: number): void {
    this.#isSeen = true
    this.#draw(width)
  }

  update(chart: Chart): void {
    if (JSON.stringify(legendParts(chart)) !== JSON.stringify(legendParts(this.#chart))) {
      const legend = legendOf(chart)
      this.#legend.replaceWith(legend)
      this.#legend = legend
    }
    this.#chart = chart
    this.#describe()
    this.#data.update(chart)
    if (!this.#isSeen) return
    try {
      if (this.#plot?.update(chart) === true) return this.#pointing.refresh()
    } catch (error) {
      return this.#fail(error)
    }
    this.#draw()
  }

  /** Fits it to its element. */
  resize(): void {
    const width = this.#canvas.clientWidth
    if (width > 0) this.#plot?.resize({ width, height: heightOf(width) })
  }

  /** Its title and sentence, which the page has from the start. */
  #describe(): void {
    const { title, sentence } = this.#chart
    const caption = this.element.closest('figure')?.querySelector('figcaption')
    const [heading, text] = [caption?.firstElementChild, caption?.lastElementChild]
    if (heading && heading.textContent !== title) heading.textContent = title
    if (text && text !== heading && text.textContent !== sentence) text.textContent = sentence
    this.#canvas.setAttribute('aria-label', `${title}. Arrow keys show its figures.`)
  }

  #draw(width = this.#canvas.clientWidth || 600): void {
    this.#plot?.destroy()
    this.#plot = null
    this.#canvas.replaceChildren()
    try {
      const size = { width, height: heightOf(width) }
      const palette = readPalette(this.element)
      this.#plot = drawPlot(this.#chart, this.#canvas, size, palette, () => this.#pointing.follow())
      if (this.#plot === null) this.#say('No figures to draw.')
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#plot = null
    this.#canvas.replaceChildren()
    this.#say(`This chart can't be drawn: ${reason}. Its data are below.`)
  }

  #say(text: string): void {
    const note = document.createElement('p')
    note.className = 'no-plot'
    note.textContent = text
    this.#canvas.append(note)
  }

  /** A finger that moves across; a mouse is followed by the plot itself. */
  #touch({ pointerType, clientX, clientY }: PointerEvent): void {
    if (pointerType === 'mouse' || this.#plot === null) return
    const { left, top } = this.#plot.uplot.over.getBoundingClientRect()
    this.#plot.uplot.setCursor({ left: clientX - left, top: clientY - top })
  }
}

function legendParts(chart: Chart): unknown {
  const marks = [...new Set(chart.marks.map(({ kind }) => kind))]
  if (chart.kind === 'heat-map') return [chart.y.label, mostOf(chart), marks]
  const series = chart.series.map(({ label, tone, shape }) => [label, tone, shape])
  return [chart.y.label, series, marks]
}

/** In CSS pixels; the same for all, because they stand beside each other. */
function heightOf(width: number): number {
  return width < 420 ? 215 : 240
}
