import {
  counted,
  formatCount,
  formatMsOrDash,
  formatPercentDown,
  formatRate,
} from '../../../format.ts'
import { printable } from '../../../printable.ts'
import type { LiveLoad } from './live-load.ts'

/** One line per interval of a load: what came of it so far, and the rate since the previous line. */
export class PlainLines {
  readonly #intervalMs: number
  readonly #told = new WeakMap<LiveLoad, { seconds: number; started: number; dueMs: number }>()

  /** @param intervalMs ≥ 1,000, because figures are per second. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** The line that is due, without an indent; `null` if no line is due. */
  next(load: LiveLoad): string | null {
    const { progress } = load
    if (progress === null || progress.phase !== 'measuring') return null
    const { seconds, started, ok, notOk, p50Ms, p95Ms } = progress.soFar
    const last = this.#told.get(load) ?? { seconds: 0, started: 0, dueMs: this.#intervalMs }
    if (seconds * 1_000 < last.dueMs) return null
    const rate = (started - last.started) / (seconds - last.seconds)
    let { dueMs } = last
    while (dueMs <= seconds * 1_000) dueMs += this.#intervalMs
    this.#told.set(load, { seconds, started, dueMs })
    const ended = ok + notOk
    return [
      `${formatCount(seconds)} of ${formatCount(progress.durationMs / 1_000)} s`,
      counted(started, 'request'),
      formatRate(rate),
      `success ${ended === 0 ? '–' : formatPercentDown(ok / ended)}`,
      `${formatCount(progress.inFlight)} in flight`,
      `P50 ${formatMsOrDash(p50Ms)}`,
      `P95 ${formatMsOrDash(p95Ms)}`,
      `P99 ${formatMsOrDash(progress.p99Ms)}`,
    ].join('   ')
  }
}

/** The line that a load begins with: `constant 200/s for 10 s after 2 s of warm-up`. */
export function startLine({ outline }: LiveLoad): string {
  if (outline === null) return ''
  const { label, durationMs, warmUpMs } = outline
  const warmUp = warmUpMs === 0 ? '' : ` after ${formatCount(warmUpMs / 1_000)} s of warm-up`
  return `${printable(label)} for ${formatCount(durationMs / 1_000)} s${warmUp}`
}
