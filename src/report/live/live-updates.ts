import type { Chart } from '../html/chart.ts'
import type { LiveView } from '../html/live/live-page.ts'

/** Turns views of a page into the messages that bring a browser from one to the next. */
export class LiveUpdates {
  readonly #sentParts = new Map<string, string>()
  /** Charts as JSON. */
  readonly #sentCharts = new Map<string, string>()
  /** JSON of charts; those of what has ended stay the same objects, and may be large. */
  readonly #texts = new WeakMap<Chart, string>()

  /**
   * What has changed since the last view.
   * @returns a message of JSON; `null` if nothing has.
   */
  next({ parts, charts }: LiveView): string | null {
    const changed = this.#changedOf(parts)
    const texts = new Map(charts.map((chart) => [chart.id, this.#textOf(chart)]))
    const drawn = [...texts].filter(([id, text]) => this.#sentCharts.get(id) !== text)
    this.#sentParts.clear()
    this.#sentCharts.clear()
    for (const [id, body] of parts) this.#sentParts.set(id, body)
    for (const [id, text] of texts) this.#sentCharts.set(id, text)
    // New markup around a chart needs the chart again only if it is new: the page keeps those it has.
    return changed.size === 0 && drawn.length === 0 ? null : messageOf(changed, drawn)
  }

  #textOf(chart: Chart): string {
    const text = this.#texts.get(chart) ?? JSON.stringify(chart)
    this.#texts.set(chart, text)
    return text
  }

  /** A part that changes empties the places of those in it. */
  #changedOf(parts: LiveView['parts']): ReadonlyMap<string, string> {
    const changed = new Map<string, string>()
    for (const [id, body] of parts) {
      const isEmptied = [...changed.values()].some((outer) => outer.includes(` id="${id}"`))
      if (isEmptied || this.#sentParts.get(id) !== body) changed.set(id, body)
    }
    return changed
  }

  /** The last view as a whole, for a browser that has none of it. */
  whole(): string {
    return messageOf(this.#sentParts, [...this.#sentCharts])
  }
}

function messageOf(
  parts: ReadonlyMap<string, string>,
  charts: readonly (readonly [id: string, text: string])[],
): string {
  const drawings = charts.map(([, text]) => text).join(',')
  return `{"parts":${JSON.stringify(Object.fromEntries(parts))},"charts":[${drawings}]}`
}
