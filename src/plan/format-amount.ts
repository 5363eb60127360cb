/** Three significant digits, with separators: `105,556` is `106,000`, `0.01234` is `0.0123`. */
export function formatAmount(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en', { maximumSignificantDigits: 3 })
}

/** A whole number, all of its digits; nothing is rounded that somebody may type again. */
export function formatCount(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 })
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** Bytes in powers of 1,000: `1.23 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let at = 0
  while (Number(value.toPrecision(3)) >= 1_000 && at < UNITS.length - 1) {
    value /= 1_000
    at += 1
  }
  return `${formatAmount(value)} ${UNITS[at] ?? ''}`
}

/** CPU time per second, in cores. */
export function formatCores(cores: number): string {
  return `${formatAmount(cores)} core${formatAmount(cores) === '1' ? '' : 's'}`
}

/** A share of 1 in percent. */
export function formatPercent(share: number): string {
  return `${formatAmount(share * 100)} %`
}
