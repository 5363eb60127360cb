import { formatCount, formatMs } from '../format.ts'

/**
 * A percentile with fewer requests beyond it is mostly chance: with 100, the uncertainty about which
 * percentile it is amounts to a tenth.
 */
const MIN_BEYOND = 100

/** How many requests a percentile needs: 100 beyond it. None are beyond the maximum, which is no estimate. */
export function requestsNeeded(percentile: number): number {
  if (percentile >= 100) return 0
  return Math.ceil(MIN_BEYOND / (1 - percentile / 100) - 1e-6)
}

/** Whether a percentile of this many requests is mostly chance: it is then marked by `~`. */
export function isThin(requests: number, percentile: number): boolean {
  return requests < requestsNeeded(percentile)
}

/** A percentile of some requests' times, in ms: `–` for none, and with `~` if too few requests make it chance. */
export function markedMs(ms: number | null, requests: number, percentile: number): string {
  if (ms === null) return '–'
  return isThin(requests, percentile) ? `~${formatMs(ms)}` : formatMs(ms)
}

/** What `~` means, below a table that has one. */
export const THIN_NOTE = `~ fewer than ${formatCount(MIN_BEYOND)} requests beyond this percentile: mostly chance`
