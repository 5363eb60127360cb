/** A value of a metric for people, with its unit: `12,345,678 bytes`, `3.14 ms`, `0.0012`, `1e+300`. */
export function formatValue(value: number, unit = ''): string {
  const text = formatNumber(
    value,
    Math.abs(value) >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 },
  )
  return unit === '' ? text : `${text} ${unit}`
}

/** A number in a few characters, however large or small: up to 308 digits are nothing that anybody reads. */
export function formatNumber(value: number, digits: Intl.NumberFormatOptions): string {
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-6 && size < 1e15)
    ? value.toLocaleString('en-US', digits)
    : String(Number(value.toPrecision(4)))
}
