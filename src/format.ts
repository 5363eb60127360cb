/**
 * How figures read in every report, message and table: in English, with their unit after a space,
 * and with no more digits than people read.
 */

/** A unit that figures of reports have: `number` has none, `×` is a multiple of something. */
export type FigureUnit = 'ms' | '1/s' | 'ratio' | '×' | 'number'

/** A figure in its unit: `2.31 ms`, `1,234.5/s`, `99.9 %`, `1.2 ×`, `12,345`. */
export function formatFigure(value: number, unit: FigureUnit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case '1/s':
      return formatRate(value)
    case 'ratio':
      return formatPercentDown(value)
    case '×':
      return `${formatAmount(value)} ×`
    case 'number':
      return formatValue(value)
  }
}

/** A time in ms, with three digits and the unit a person would choose: `940 µs`, `2.31 ms`, `1.20 s`. */
export function formatMs(ms: number): string {
  return formatMsTo(3, ms)
}

/** The same with other digits, zeros at the end included. */
export function formatMsTo(digits: number, ms: number): string {
  if (ms === 0) return '0 ms'
  // Of the rounded time: 999.9 µs with three digits is 1.00 ms.
  const size = Math.abs(Number(ms.toPrecision(digits)))
  if (size < 1) return `${formatDigits(ms * 1_000, digits)} µs`
  if (size < 1_000) return `${formatDigits(ms, digits)} ms`
  return `${formatDigits(ms / 1_000, digits)} s`
}

/** A length of time in ms, as seconds: `12.3 s`. */
export function formatSeconds(ms: number, decimals = 1): string {
  return `${(ms / 1_000).toFixed(decimals)} s`
}

/** A time in ISO 8601, UTC, to the minute or second: `2026-01-02 03:04 UTC`. */
export function formatUtc(iso: string, to: 'minute' | 'second' = 'minute'): string {
  return `${iso.slice(0, to === 'minute' ? 16 : 19).replace('T', ' ')} UTC`
}

/** A text as the start of a sentence or heading: its first letter is a capital. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Some digits, zeros at the end included, and all of a larger number's before the point: `1.20`, `1,234`. */
export function formatDigits(value: number, digits = 3): string {
  const size = Math.abs(value)
  if (size >= 1e15) return formatNumber(value, {})
  return size >= 10 ** (digits - 1) ? COUNT.format(Math.round(value)) : value.toPrecision(digits)
}

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** A number that is counted, all of its digits: `12,345`. */
export function formatCount(count: number): string {
  return COUNT.format(count)
}

/** A count and its noun: `1 run`, `12,345 runs`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

/**
 * A rate per second: `1,234.5/s`, `5.25/s`. Rounded down, so that 999.96/s never reads as the 1,000/s
 * that it missed.
 */
export function formatRate(perSecond: number): string {
  return formatRateTo(perSecond < 10 ? 2 : 1, perSecond)
}

/** The same with other decimals, at most. */
export function formatRateTo(decimals: number, perSecond: number): string {
  const rate = roundedDown(perSecond, decimals)
  return `${formatNumber(rate, { maximumFractionDigits: decimals })}/s`
}

/**
 * A ratio in percent, rounded to a number of decimals: `12.50 %`; without one, to three digits at most:
 * `12.5 %`.
 */
export function formatPercent(ratio: number, decimals?: number): string {
  const percent = ratio * 100
  return `${decimals === undefined ? formatAmount(percent) : percent.toFixed(decimals)} %`
}

/**
 * A ratio in percent, rounded down to 0.001 % so that less than all never reads 100 %; and more than
 * nothing never reads 0 %, but `< 0.001 %`.
 */
export function formatPercentDown(ratio: number): string {
  return formatPercentDownTo(3, ratio)
}

/** The same with other decimals, at most. */
export function formatPercentDownTo(decimals: number, ratio: number): string {
  const least = 10 ** -decimals
  if (ratio > 0 && ratio * 100 < least) return `< ${least} %`
  return `${roundedDown(ratio * 100, decimals)} %`
}

/** A change with its sign, as `+1.2 %`: `format` is given its size, which is not negative. */
export function formatChange(change: number, format: (size: number) => string): string {
  return `${change < 0 ? '−' : '+'}${format(Math.abs(change))}`
}

/** Three digits at most, with separators: `105,556` reads `106,000`, `0.01234` reads `0.0123`. */
export function formatAmount(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return formatNumber(value, { maximumSignificantDigits: 3 })
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** Bytes in powers of 1,000: `1.23 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let at = 0
  while (Number(value.toPrecision(3)) >= 1_000 && at < BYTE_UNITS.length - 1) {
    value /= 1_000
    at += 1
  }
  return `${formatAmount(value)} ${BYTE_UNITS[at] ?? ''}`
}

/** A value in any unit: `12,345,678 bytes`, `3.142 ms`, `0.0012`, `1e+300`. */
export function formatValue(value: number, unit = ''): string {
  const isLarge = Math.abs(value) >= 100
  const digits = isLarge ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 }
  const text = formatNumber(value, digits)
  return unit === '' ? text : `${text} ${unit}`
}

/** In a few characters, however large or small: nobody reads 308 digits. */
export function formatNumber(value: number, digits: Intl.NumberFormatOptions): string {
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-6 && size < 1e15)
    ? numberFormat(digits).format(value)
    : String(Number(value.toPrecision(4)))
}

const FORMATS = new Map<string, Intl.NumberFormat>()

/** Kept, because making one takes a hundred times as long as using it. */
function numberFormat(digits: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(digits)
  const kept = FORMATS.get(key) ?? new Intl.NumberFormat('en-US', digits)
  FORMATS.set(key, kept)
  return kept
}

/** Rounds up within a millionth of a step of the next number, because 0.29 × 100 must be 29. */
function roundedDown(value: number, decimals: number): number {
  const scale = 10 ** decimals
  const scaled = value * scale
  return Number.isFinite(scaled) ? Math.floor(scaled + 1e-6) / scale : value
}
