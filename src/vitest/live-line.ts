import { styleText } from 'node:util'
import { formatMs, formatSeconds } from '../format.ts'
import type { LoadProgress } from '../load/recording/load-recorder.ts'
import { ReportLines } from './report-lines.ts'

/** Interval between progress lines without a terminal, in ms. */
const LINE_EVERY_MS = 5_000

/** Shows a load's progress: one changing line on a terminal, periodic lines elsewhere. */
export class LiveLine {
  readonly #stream: NodeJS.WriteStream
  readonly #reports: ReportLines | null
  #isShown = false
  #lastLineMs = -Infinity

  /**
   * @param reportIntervalMs how often a line is left that says what came so far, terminal or not;
   *   instead of the lines that are printed elsewhere.
   */
  constructor(stream: NodeJS.WriteStream, reportIntervalMs?: number) {
    this.#stream = stream
    this.#reports = reportIntervalMs === undefined ? null : new ReportLines(reportIntervalMs)
  }

  show(progress: LoadProgress): void {
    const report = this.#reports?.next(progress)
    if (report !== undefined && report !== null) {
      if (this.#isShown) this.#stream.write('\r\u001B[K')
      this.#stream.write(`  ${report}\n`)
    }
    const text = `  ${describe(progress)}`
    if (this.#stream.isTTY) {
      const line = text.slice(0, this.#stream.columns - 1)
      this.#stream.write(`\r\u001B[K${styleText('dim', line, { stream: this.#stream })}`)
      this.#isShown = true
    } else if (this.#reports === null && progress.elapsedMs - this.#lastLineMs >= LINE_EVERY_MS) {
      this.#lastLineMs = progress.elapsedMs
      this.#stream.write(`${text}\n`)
    }
  }

  /** Clears the line so that something else can be printed. */
  clear(): void {
    if (this.#isShown) this.#stream.write('\r\u001B[K')
    this.#isShown = false
    this.#lastLineMs = -Infinity
  }
}

function describe(progress: LoadProgress): string {
  const { phase, elapsedMs, durationMs, startedPerSecond, inFlight, errors, dropped, p99Ms } =
    progress
  if (phase === 'warm-up') return `warming up, ${formatSeconds(-elapsedMs)} to go`
  const elapsed = (Math.min(elapsedMs, durationMs) / 1_000).toFixed(1)
  return [
    phase === 'draining'
      ? 'waiting for requests in flight'
      : `${elapsed} s of ${durationMs / 1_000} s`,
    startedPerSecond === null ? '–/s' : `${startedPerSecond}/s`,
    `in flight ${inFlight}`,
    dropped === 0 ? `errors ${errors}` : `errors ${errors}, ${dropped} of them dropped`,
    `P99 ${p99Ms === null ? '–' : formatMs(p99Ms)}`,
  ].join('   ')
}
