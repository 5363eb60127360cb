import type { OpenedPage } from './opened-page.ts'

/** A chart that is drawn. */
export interface DrawnChart {
  readonly id: string
  /** Pixels that differ from the most frequent colour, which is the background. */
  readonly inked: number
  readonly colours: number
}

/** Reads the pixels of every chart's canvas. */
export function drawnCharts(opened: OpenedPage): Promise<readonly DrawnChart[]> {
  return opened.evaluate(`[...document.querySelectorAll('figure.chart')].map((figure) => {
    const counts = new Map()
    for (const canvas of figure.querySelectorAll('canvas')) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (const pixel of new Uint32Array(data.buffer)) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
    }
    const all = [...counts.values()]
    const sum = all.reduce((a, b) => a + b, 0)
    return { id: figure.id, inked: sum - all.reduce((a, b) => Math.max(a, b), 0), colours: counts.size }
  })`)
}
