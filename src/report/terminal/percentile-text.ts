import { formatMs } from '../../format.ts'
import { isThin, THIN_NOTE } from '../thin-percentile.ts'
import { paint } from './paint.ts'

/** A percentile of some requests' times, in ms: `–` for none, and with `~` if too few requests make it chance. */
export function percentileText(ms: number | null, requests: number, percentile: number): string {
  if (ms === null) return '–'
  return isThin(requests, percentile) ? paint('gray', `~${formatMs(ms)}`) : formatMs(ms)
}

/** A report, followed by what `~` means if it has percentiles with one. */
export function withThinNote(report: string): string {
  return /~[\d.,]+ (?:µs|ms|s)/.test(report) ? `${report}\n  ${paint('dim', THIN_NOTE)}` : report
}
