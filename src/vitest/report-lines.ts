import { formatCount, formatMs } from '../format.ts'
import type { LoadProgress } from '../load/recording/load-recorder.ts'

/** One line per interval of a load: totals so far, and the rate since the previous line. */
export class ReportLines {
  readonly #intervalMs: number
  #last = { seconds: 0, started: 0 }
  #dueMs: number

  /** @param intervalMs ≥ 1,000, because figures are per second. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
    this.#dueMs = intervalMs
  }

  /** The line that is due, without an indent; `null` if no line is due. */
  next({ phase, soFar, p99Ms }: LoadProgress): string | null {
    const { seconds, started, ok, notOk, p50Ms, p95Ms } = soFar
    if (phase !== 'measuring' || seconds * 1_000 < this.#dueMs) return null
    while (this.#dueMs <= seconds * 1_000) this.#dueMs += this.#intervalMs
    const rate = (started - this.#last.started) / (seconds - this.#last.seconds)
    this.#last = { seconds, started }
    const successPercent = ok + notOk === 0 ? null : (ok * 100) / (ok + notOk)
    return [
      `${seconds} s`,
      `${formatCount(started)} requests`,
      `${roundedDown(rate, 1)}/s`,
      `success ${successPercent === null ? '–' : `${roundedDown(successPercent, 2)} %`}`,
      `P50 ${time(p50Ms)}`,
      `P95 ${time(p95Ms)}`,
      `P99 ${time(p99Ms)}`,
    ].join('   ')
  }
}

function time(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms)
}

/** So that 99.999 % never reads 100 %. */
function roundedDown(value: number, digits: number): string {
  const scale = 10 ** digits
  return String(Math.floor(value * scale + 1e-6) / scale)
}
