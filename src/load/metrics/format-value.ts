/** A value of a metric for people, with its unit: `12,345,678 bytes`, `3.14 ms`, `0.0012`. */
export function formatValue(value: number, unit = ''): string {
  const digits =
    Math.abs(value) >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 }
  const text = value.toLocaleString('en-US', digits)
  return unit === '' ? text : `${text} ${unit}`
}
