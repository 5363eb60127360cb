import { checkFields, checkKeys, written, type Check } from '../check-fields.ts'
import { InputError } from '../input-error.ts'

/** Where a figure of the generator makes a measurement degraded, or invalid. */
export interface VerdictThresholds {
  /** Requests started in time / planned: below these. */
  readonly achieved: { readonly degraded: number; readonly invalid: number }
  /** Requests dropped / planned: above these. */
  readonly dropped: { readonly degraded: number; readonly invalid: number }
  /** Requests that never ended / planned: above this. They are in the times that SLOs are judged on. */
  readonly unfinished: { readonly degraded: number }
  /** Lateness P99 / the tightest time bound that is judged: above this. */
  readonly lateness: { readonly degraded: number }
  /** Lateness P99 in ms, where no time bound is judged: above this. */
  readonly latenessMs: { readonly degraded: number }
  /** Longest stretch of the schedule started in one wake-up, in ms: above this. */
  readonly batchMs: { readonly degraded: number }
  /** Longest pause of the receivers, in ms: above this. */
  readonly receiverPauseMs: { readonly degraded: number }
}

/** Thresholds of one load that differ from `VERDICT_THRESHOLDS`. */
export type VerdictOverrides = {
  readonly [figure in keyof VerdictThresholds]?: Partial<VerdictThresholds[figure]>
}

/**
 * The thresholds of a load that sets none. They are judgement, not law:
 *
 * - `achieved`, `dropped`: with 1 % of the requests missing, a P99 can be anything; with 5 % of
 *   them started too late to count, the system had another load than the one that was planned.
 *   A single dropped request is said.
 * - `unfinished`: it is not known what would have become of them. A single one is said.
 * - `lateness`: at half of the bound, the generator has used as much of it as is left to the system.
 * - `batchMs`: a pause that people would notice, and a burst behind it that wasn't planned.
 * - `receiverPauseMs`: the same, of the process that times receipts.
 */
export const VERDICT_THRESHOLDS: VerdictThresholds = {
  achieved: { degraded: 0.99, invalid: 0.95 },
  dropped: { degraded: 0, invalid: 0.01 },
  unfinished: { degraded: 0 },
  lateness: { degraded: 0.5 },
  latenessMs: { degraded: 50 },
  batchMs: { degraded: 250 },
  receiverPauseMs: { degraded: 250 },
}

/**
 * The thresholds of a load, with those that it sets itself.
 * @throws InputError for one that is unknown, not a number ≥ 0, a share above 1, or for which
 *   a measurement would be invalid before it was degraded.
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
    lateness: { ...VERDICT_THRESHOLDS.lateness, ...overrides.lateness },
    latenessMs: { ...VERDICT_THRESHOLDS.latenessMs, ...overrides.latenessMs },
    batchMs: { ...VERDICT_THRESHOLDS.batchMs, ...overrides.batchMs },
    receiverPauseMs: { ...VERDICT_THRESHOLDS.receiverPauseMs, ...overrides.receiverPauseMs },
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

const SHARES: readonly string[] = [
  'achieved',
  'dropped',
  'unfinished',
] satisfies readonly (keyof VerdictThresholds)[]

/** Only the levels that a figure has. */
function levelsOf(levels: object): Check {
  return (value, where) => void checkKeys(value, where, Object.keys(levels))
}

function checkThreshold(figure: string, level: string, value: unknown): void {
  const where = `verdict: ${figure}.${level}`
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new InputError(`${where}: ${written(value)} must be a number of at least 0.`)
  }
  if (SHARES.includes(figure) && value > 1) {
    throw new InputError(`${where}: ${value} is more than all; 1 % is 0.01.`)
  }
}
