import { formatChange, formatMs, formatPercent } from '../../format.ts'
import type { Evidence } from '../decision/verdict.ts'

/** Formats a comparison's figures for reports. */

/** A median of a version: a time, or a ratio. */
export function level(value: number, { unit }: Evidence): string {
  return unit === 'relative' ? formatMs(value) : formatPercent(value, 2)
}

/** A change: `+3.1 %` of a time, `+0.50 pp` (percentage points) of a ratio. */
export function change(value: number, { unit }: Pick<Evidence, 'unit'>): string {
  return formatChange(value, (size) =>
    unit === 'relative' ? formatPercent(size, 1) : `${(size * 100).toFixed(2)} pp`,
  )
}

/** `−1.0 % … +7.2 %`; an end that a few rounds can't bound is `?`. */
export function interval(evidence: Evidence): string {
  const { lower, upper } = evidence
  const [from, to] = [lower, upper].map((end) => (end === null ? '?' : change(end, evidence)))
  return `${from} … ${to}`
}

/** The confidence of an interval, such as `95 %`, from the level of its test. */
export function confidence({ alpha }: Pick<Evidence, 'alpha'>): string {
  return formatPercent(1 - 2 * alpha)
}

/** A probability with two significant digits. */
export function probability(p: number): string {
  if (p >= 0.1) return p.toFixed(2)
  return p < 0.0001 ? '< 0.0001' : p.toPrecision(2)
}

/** The change that most gates like this one would find. */
export function findable(detectable: number | null, evidence: Evidence): string {
  return detectable === null ? '–' : change(detectable, evidence)
}

/** `7:05`: minutes and seconds. */
export function clock(ms: number): string {
  const seconds = Math.max(Math.round(ms / 1_000), 0)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
