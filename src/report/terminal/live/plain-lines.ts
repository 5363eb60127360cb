import {
  counted,
  formatCount,
  formatMsOrDash,
  formatPercentDown,
  formatRate,
  formatSeconds,
} from '../../../format.ts'
import type { FaultProgress } from '../../../load/faults/fault-record.ts'
import { redactUrls } from '../../../environment/redact-url.ts'
import { printable } from '../../../printable.ts'
import type { LiveLoad } from './live-load.ts'

/** One line per interval of a load: what came of it so far, and the rate since the previous line. */
export class PlainLines {
  readonly #intervalMs: number
  readonly #told = new WeakMap<
    LiveLoad,
    { seconds: number; started: number; dueMs: number; faults: number }
  >()

  /** @param intervalMs ≥ 1,000, because figures are per second. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** The line that is due, without an indent; `null` if no line is due. */
  next(load: LiveLoad): string | null {
    const { progress } = load
    if (progress === null || progress.phase !== 'measuring') return null
    const { seconds, started, ok, notOk, p50Ms, p95Ms } = progress.soFar
    const last = this.#told.get(load) ?? {
      seconds: 0,
      started: 0,
      dueMs: this.#intervalMs,
      faults: 0,
    }
    if (seconds * 1_000 < last.dueMs) return null
    const rate = (started - last.started) / (seconds - last.seconds)
    let { dueMs } = last
    while (dueMs <= seconds * 1_000) dueMs += this.#intervalMs
    const begun = progress.faults.filter(({ state }) => BEGUN.has(state))
    this.#told.set(load, { seconds, started, dueMs, faults: begun.length })
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
      ...begun.slice(last.faults).map(faultText),
    ].join('   ')
  }
}

const BEGUN: ReadonlySet<FaultProgress['state']> = new Set(['on', 'injected', 'failed'])

/** `kill Redis primary at 20.0 s`, or why it failed. */
function faultText(fault: FaultProgress): string {
  const label = printable(redactUrls(fault.label))
  if (fault.state === 'failed') return `${label} failed: ${printable(redactUrls(fault.reason))}`
  return `${label} at ${formatSeconds('fromMs' in fault ? fault.fromMs : fault.plannedAtMs)}`
}

/** The line that a load begins with: `constant 200/s for 10 s after 2 s of warm-up`. */
export function startLine({ outline }: LiveLoad): string {
  if (outline === null) return ''
  const { label, durationMs, warmUpMs } = outline
  const warmUp = warmUpMs === 0 ? '' : ` after ${formatCount(warmUpMs / 1_000)} s of warm-up`
  return `${printable(label)} for ${formatCount(durationMs / 1_000)} s${warmUp}`
}
