import { markedMs, THIN_NOTE } from '../thin-percentile.ts'
import { paint } from './paint.ts'

/** A percentile as `markedMs` gives it, in grey if it is mostly chance. */
export function percentileText(ms: number | null, requests: number, percentile: number): string {
  const text = markedMs(ms, requests, percentile)
  return text.startsWith('~') ? paint('gray', text) : text
}

/** A report, followed by what `~` means if it has percentiles with one. */
export function withThinNote(report: string): string {
  return /~[\d.,]+ (?:µs|ms|s)/.test(report) ? `${report}\n  ${paint('dim', THIN_NOTE)}` : report
}
