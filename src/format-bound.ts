/** How bounds read, and figures beside them: a figure is never rounded to the other side of its bound. */

import {
  formatFigure,
  formatMsTo,
  formatNumber,
  formatPercentDownTo,
  formatRateTo,
} from './format.ts'

/** A unit of bounds; see `FigureUnit`. */
export type BoundUnit = 'ms' | '1/s' | 'ratio' | 'number'

/** A bound as its author wrote it, in up to nine digits: `10 ms`, `1.5 s`, `99.95 %`. */
export function formatBound(bound: number, unit: BoundUnit): string {
  switch (unit) {
    case 'ms': {
      const size = Math.abs(bound)
      if (bound === 0) return '0 ms'
      if (size < 1) return `${exact(bound * 1_000)} µs`
      return size < 1_000 ? `${exact(bound)} ms` : `${exact(bound / 1_000)} s`
    }
    case '1/s':
      return `${exact(bound)}/s`
    case 'ratio':
      return `${exact(bound * 100)} %`
    case 'number':
      return exact(bound)
  }
}

/**
 * A figure beside its bound. It has the usual digits, or as many as it takes to read less than, equal to or
 * more than the bound, as it is: 19.998 ms never reads `20.0 ms` beside `< 20 ms`.
 */
export function formatBeside(figure: number, bound: number, unit: BoundUnit): string {
  const side = Math.sign(figure - shownAs(formatBound(bound, unit)))
  const usual = formatFigure(figure, unit)
  if (usual.startsWith('<')) return usual
  const shown = [usual, ...MORE.map((more) => withMore(figure, unit, more))].find(
    (text) => Math.sign(shownAs(text) - shownAs(formatBound(bound, unit))) === side,
  )
  return shown ?? usual
}

/** Digits beyond the usual ones. */
const MORE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] as const

function withMore(figure: number, unit: BoundUnit, more: number): string {
  switch (unit) {
    case 'ms':
      return formatMsTo(3 + more, figure)
    case '1/s':
      return formatRateTo(2 + more, figure)
    case 'ratio':
      return formatPercentDownTo(3 + more, figure)
    case 'number':
      return formatNumber(figure, { maximumSignificantDigits: 4 + more })
  }
}

/** The figure that a text shows, in the unit of the bound. */
function shownAs(text: string): number {
  const [, digits = '', unit = ''] = /^([−\-\d.,e+]+) ?(\S*)$/.exec(text) ?? []
  const scale =
    unit === 'µs' || unit === '%' ? (unit === '%' ? 0.01 : 0.001) : unit === 's' ? 1_000 : 1
  return Number(digits.replaceAll(',', '')) * scale
}

function exact(amount: number): string {
  return formatNumber(Number(amount.toPrecision(9)), { maximumSignificantDigits: 9 })
}
