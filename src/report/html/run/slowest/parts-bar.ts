import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { partTone } from './part-tone.ts'

interface Part {
  readonly name: string
  readonly ms: number
}

/** Of the drawing, in its own units. */
const WIDTH = 1_000
const HEIGHT = 14

/**
 * Where a request's time went, as a bar. Text beside it has its figures.
 * @param fullMs the time that is as long as the drawing, > 0.
 */
export function partsBar(parts: readonly Part[], fullMs: number): VNode {
  let at = 0
  const pieces = parts.map(({ name, ms }) => {
    const from = at
    at += (ms / fullMs) * WIDTH
    return html`<rect
      class=${partTone(name)}
      x=${from.toFixed(1)}
      y="2"
      width=${Math.max(at - from, 0).toFixed(1)}
      height=${HEIGHT - 4}
    />`
  })
  return html`<svg
    class="parts-bar"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    ${pieces}
  </svg>`
}

/** The colours of parts. */
export function partsLegend(names: readonly string[]): VNode {
  return html`<ul class="parts-legend">
    ${names.map(
      (name) =>
        html`<li>
          <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false">
            <rect class=${partTone(name)} width="10" height="10" />
          </svg>
          ${name}
        </li>`,
    )}
  </ul>`
}
