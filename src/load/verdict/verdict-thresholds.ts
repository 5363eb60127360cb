import { checkFields, checkKeys, written, type Check } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'

/** A figure of the measurement that is past its threshold. */
export interface VerdictReason {
  /** The figure judged, such as `achieved/planned`. */
  readonly figure: string
  readonly measured: number
  readonly threshold: number
  /** One sentence with both figures in it. */
  readonly message: string
}

/** Where a figure of the generator makes a measurement degraded, or invalid. */
export interface VerdictThresholds {
  /** Requests started in time / planned: below these. */
  readonly achieved: { readonly degraded: number; readonly invalid: number }
  /** Requests dropped / planned: above these. */
  readonly dropped: { readonly degraded: number; readonly invalid: number }
  /** Requests that never ended / planned: above this. They are in the times that SLOs are judged on. */
  readonly unfinished: { readonly degraded: number }
  /** Lateness / response time of an operation, at the median of each: above this. `null`: not judged. */
  readonly medianLateness: { readonly degraded: number | null }
  /** Lateness P99 / the tightest time bound that is judged: above this. */
  readonly lateness: { readonly degraded: number }
  /** Where no time bound is judged, lateness P99 / response P99 of an operation: above this, and `latenessMs`. */
  readonly tailLateness: { readonly degraded: number }
  /** Lateness P99 in ms, where no time bound is judged: above this, and `tailLateness`. */
  readonly latenessMs: { readonly degraded: number }
  /** Longest stretch of the schedule started in one wake-up, in ms: above this, and `pauseRatio`. */
  readonly batchMs: { readonly degraded: number }
  /** Longest pause of the receivers, in ms: above this, and `pauseRatio`. */
  readonly receiverPauseMs: { readonly degraded: number }
  /** Such a stretch, or pause / the time measured: above this. */
  readonly pauseRatio: { readonly degraded: number }
}

/** Thresholds of one load that differ from `VERDICT_THRESHOLDS`. */
export type VerdictOverrides = {
  readonly [figure in keyof VerdictThresholds]?: Partial<VerdictThresholds[figure]>
}

/**
 * The thresholds of a load that sets none. They are judgement, not law:
 *
 * - `achieved`, `dropped`: with 1 % of the requests missing, a P99 can be anything; with 5 % started too
 *   late to count, the system had a different load. Even a single dropped request is reported.
 * - `unfinished`: their outcome is unknown. Even a single one is reported.
 * - `medianLateness`: if more than half of a median response time is lateness, it measures the generator:
 *   were the system twice as slow, it would grow by less than half.
 * - `lateness`: if the generator uses up a quarter of the bound, only the rest is left for the system.
 * - `tailLateness`: the same as at the median; `latenessMs`: except for delays that are normal on a busy
 *   machine.
 * - `batchMs`: an unplanned burst of noticeable length.
 * - `receiverPauseMs`: the same for the process that times receipts.
 * - `pauseRatio`: a pause of a thousandth of the time moves no percentile up to P99.9.
 *
 * Measured with the mixed scenario on two cores, 10 s each, servers and receivers beside; its tightest
 * bound is 8 ms:
 *
 *     dispatch       other work            lateness P50, of register's  P99, of the bound
 *     clock, hybrid  none, or one process  2 µs, 1 %                    0.5 to 1.9 ms, 6 to 23 %   valid
 *     timer          none                  0.54 to 0.61 ms, 64 %        2.7 to 2.9 ms, 33 to 36 %  degraded
 *     timer          some                  0.53 to 0.60 ms, 57 to 69 %  4.6 to 7.1 ms, 57 to 88 %  degraded
 *     any            for more cores        up to 5.7 ms, 68 %           12 ms and more, 150 %      degraded
 */
export const VERDICT_THRESHOLDS: VerdictThresholds = {
  achieved: { degraded: 0.99, invalid: 0.95 },
  dropped: { degraded: 0, invalid: 0.01 },
  unfinished: { degraded: 0 },
  medianLateness: { degraded: 0.5 },
  lateness: { degraded: 0.25 },
  tailLateness: { degraded: 0.5 },
  latenessMs: { degraded: 10 },
  batchMs: { degraded: 100 },
  receiverPauseMs: { degraded: 100 },
  pauseRatio: { degraded: 0.001 },
}

/**
 * The thresholds of a load: the defaults with its overrides.
 * @throws InputError for an unknown threshold, a value that is not a number ≥ 0, a ratio above 1, or
 *   thresholds by which a measurement would be invalid before it is degraded.
 */
export function readVerdictThresholds(overrides: VerdictOverrides = {}): VerdictThresholds {
  const known = Object.entries(VERDICT_THRESHOLDS)
  checkFields(
    overrides,
    'verdict',
    Object.fromEntries(known.map(([figure, levels]) => [figure, levelsOf(levels)])),
  )
  const thresholds: VerdictThresholds = {
    achieved: { ...VERDICT_THRESHOLDS.achieved, ...overrides.achieved },
    dropped: { ...VERDICT_THRESHOLDS.dropped, ...overrides.dropped },
    unfinished: { ...VERDICT_THRESHOLDS.unfinished, ...overrides.unfinished },
    medianLateness: { ...VERDICT_THRESHOLDS.medianLateness, ...overrides.medianLateness },
    lateness: { ...VERDICT_THRESHOLDS.lateness, ...overrides.lateness },
    tailLateness: { ...VERDICT_THRESHOLDS.tailLateness, ...overrides.tailLateness },
    latenessMs: { ...VERDICT_THRESHOLDS.latenessMs, ...overrides.latenessMs },
    batchMs: { ...VERDICT_THRESHOLDS.batchMs, ...overrides.batchMs },
    receiverPauseMs: { ...VERDICT_THRESHOLDS.receiverPauseMs, ...overrides.receiverPauseMs },
    pauseRatio: { ...VERDICT_THRESHOLDS.pauseRatio, ...overrides.pauseRatio },
  }
  for (const [figure, levels] of Object.entries(thresholds)) {
    for (const [level, value] of Object.entries(levels)) checkThreshold(figure, level, value)
  }
  const { achieved, dropped } = thresholds
  if (achieved.invalid > achieved.degraded || dropped.invalid < dropped.degraded) {
    throw new InputError(
      `verdict: a measurement can't be invalid before it is degraded: achieved ${JSON.stringify(achieved)}, dropped ${JSON.stringify(dropped)}.`,
    )
  }
  return thresholds
}

const RATIOS: readonly string[] = [
  'achieved',
  'dropped',
  'unfinished',
  'pauseRatio',
] satisfies readonly (keyof VerdictThresholds)[]

/** Only the levels that a figure has. */
function levelsOf(levels: object): Check {
  return (value, where) => void checkKeys(value, where, Object.keys(levels))
}

function checkThreshold(figure: string, level: string, value: unknown): void {
  if (figure === ('medianLateness' satisfies keyof VerdictThresholds) && value === null) return
  const where = `verdict: ${figure}.${level}`
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new InputError(`${where}: ${written(value)} must be a number of at least 0.`)
  }
  if (RATIOS.includes(figure) && value > 1) {
    throw new InputError(`${where}: ${value} is more than all; 1 % is 0.01.`)
  }
}

/**
 * The longest pause that leaves a measurement valid, in ms: `thresholdMs`, or `pauseRatio` of the measured
 * time if that is longer.
 */
export function pauseLimitMs(
  {
    measuredMs,
    verdictThresholds,
  }: { readonly measuredMs: number; readonly verdictThresholds: VerdictThresholds },
  thresholdMs: number,
): number {
  return Math.max(thresholdMs, measuredMs * verdictThresholds.pauseRatio.degraded)
}
