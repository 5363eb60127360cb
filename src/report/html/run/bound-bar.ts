import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatPercent } from '../../../format.ts'
import type { SloRow } from '../../../load/slo/slo-row.ts'
import { boundUsed } from './bound-used.ts'

/** Of the drawing, in its own units: where the bound is, and where it ends. */
const BOUND_AT = 100
const WIDTH = 150
const HEIGHT = 14

/**
 * How much of a bound is used up, as a bar: the line is the bound, the same in all rows. A hatched bar is
 * inconclusive, an arrow goes beyond the drawing.
 */
export function boundBar(row: SloRow): VNode {
  const used = boundUsed(row)
  const isOpen = row.measured === null && row.outcome === 'missed'
  const length = isOpen ? WIDTH : Math.min((used ?? 0) * BOUND_AT, WIDTH)
  const isBeyond = isOpen || (used ?? 0) * BOUND_AT > WIDTH
  // A sliver shows that something was measured.
  const shown = length > 0 ? Math.max(length, 1.5) : 0
  const ends = isBeyond
    ? `M0 3H${WIDTH - 6}L${WIDTH} 7L${WIDTH - 6} 11H0Z`
    : `M0 3H${Number(shown.toFixed(2))}V11H0Z`
  return html`<span class="bound-bar">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${describe(row, used)}
    >
      <rect class="within" x="0" y="0" width=${BOUND_AT} height=${HEIGHT} />
      ${shown === 0 ? null : html`<path class=${`used ${row.outcome}`} d=${ends} />`}
      <line class="bound" x1=${BOUND_AT} x2=${BOUND_AT} y1="0" y2=${HEIGHT} />
    </svg>
    <span class="figure" aria-hidden="true">${percentText(used)}</span>
  </span>`
}

/** The pattern of inconclusive bars, once per page. */
export function hatchPattern(): VNode {
  return html`<svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false">
    <defs>
      <pattern
        id="hatch"
        width="4"
        height="4"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="hatch-ground" width="4" height="4" />
        <rect class="hatch-line" width="2" height="4" />
      </pattern>
    </defs>
  </svg>`
}

function describe({ outcome }: SloRow, used: number | null): string {
  const text = percentText(used)
  return text === '' ? outcome : `${outcome}: ${text} of the bound used`
}

function percentText(used: number | null): string {
  if (used === null) return ''
  if (used > 9.99) return '> 999 %'
  // Rounding must not turn a miss into a hit.
  return formatPercent(used > 1 ? Math.ceil(used * 100) / 100 : Math.floor(used * 100) / 100, 0)
}
