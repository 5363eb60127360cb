import type { Chart } from '../chart.ts'
import { ChartPlace } from './chart-place.ts'
import { followEvents, type LiveMessage } from './live-events.ts'
import { onPrint } from './paper.ts'
import { addThemeButton } from './page-theme.ts'

/** The charts of the page by their ids. */
const places = new Map<string, ChartPlace>()

// Charts are drawn when they come into view, so that a page with many of them opens at once.
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) placeOf(target)?.show()
    }
  },
  { rootMargin: '400px' },
)
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) placeOf(target)?.resize()
})

function placeOf(element: Element): ChartPlace | undefined {
  return places.get((element as HTMLElement).dataset['chart'] ?? '')
}

/** Puts a chart into its figure, if the page has one. */
function place(chart: Chart): void {
  const plot = document.querySelector<HTMLElement>(`[data-chart="${CSS.escape(chart.id)}"]`)
  if (plot === null) return
  const known = places.get(chart.id)
  if (known !== undefined) {
    // The figure's markup is new: what is drawn moves into it.
    if (known.element !== plot) plot.replaceWith(known.element)
    known.update(chart)
    return
  }
  try {
    places.set(chart.id, new ChartPlace(chart, plot))
    seen.observe(plot)
    resized.observe(plot)
  } catch (error) {
    // The others are drawn all the same.
    plot.textContent = `This chart can't be drawn: ${String(error)}`
  }
}

function receive({ parts = {}, charts = [] }: LiveMessage): void {
  const focused = document.activeElement
  for (const [id, markup] of Object.entries(parts)) {
    const part = document.querySelector(`#${CSS.escape(id)}`)
    if (part === null) continue
    part.innerHTML = markup
    for (const [chart, { element }] of places) {
      part.querySelector(`[data-chart="${CSS.escape(chart)}"]`)?.replaceWith(element)
    }
  }
  for (const chart of charts) place(chart)
  // A drawing that has moved into new markup has lost it.
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement) {
    focused.focus({ preventScroll: true })
  }
}

function redrawAll(): void {
  for (const chart of places.values()) chart.redraw()
}

const data = document.querySelector('#charts')?.textContent ?? '[]'
for (const chart of JSON.parse(data) as readonly Chart[]) place(chart)
addThemeButton(redrawAll)
onPrint((width) => {
  for (const chart of places.values()) chart.drawForPaper(width)
}, redrawAll)
followEvents(receive)
