import { checkLength } from '../load/arrivals/arguments.ts'
import { checkFields, type Fields } from '../load/check-fields.ts'
import { parseDurationMs, type Duration } from '../load/duration.ts'
import { InputError } from '../input-error.ts'

/**
 * How long scenarios run: `short` for every day, `seed` as long as the document they come from says,
 * `full` as long as a profile's own pattern takes to show.
 */
export type Profile = 'short' | 'seed' | 'full'

const PROFILES: readonly Profile[] = ['short', 'seed', 'full']

/** A scenario's length: the same in each profile, or by profile. `full` falls back on `seed`, and `seed` on `short`. */
export type ProfiledDuration =
  | Duration
  | { readonly short: Duration; readonly seed?: Duration; readonly full?: Duration }

/** What the environment says of how long scenarios run. */
export interface ProfileSettings {
  readonly profile: Profile
  /** Overrides every scenario's duration, in ms. */
  readonly durationMs: number | null
}

/**
 * Reads `BENCH_PROFILE` and `BENCH_DURATION`; an empty one counts as not set.
 * @throws InputError if one of them is malformed.
 */
export function profileSettings(
  env: Readonly<Record<string, string | undefined>>,
): ProfileSettings {
  const { BENCH_PROFILE, BENCH_DURATION } = env
  const profile = PROFILES.find((name) => name === (BENCH_PROFILE || 'short'))
  if (profile === undefined) {
    throw new InputError(
      `BENCH_PROFILE: "${BENCH_PROFILE}" is not a profile; choose one of ${PROFILES.join(', ')}.`,
    )
  }
  const durationMs = BENCH_DURATION ? parseDurationMs(BENCH_DURATION, 'BENCH_DURATION') : null
  if (durationMs === 0) throw new InputError('BENCH_DURATION: must be above 0, such as 10s.')
  return { profile, durationMs }
}

/**
 * A scenario's duration under the settings: for arrivals that are as long as the load.
 * @throws InputError for one that is malformed, under whichever profile.
 */
export function durationOf(duration: ProfiledDuration, settings: ProfileSettings): Duration {
  checkProfiledDuration(duration)
  const { profile, durationMs } = settings
  if (durationMs !== null)
    return durationMs % 1_000 === 0 ? `${durationMs / 1_000}s` : `${durationMs}ms`
  if (typeof duration === 'string') return duration
  const { short, seed = short, full = seed } = duration
  return { short, seed, full }[profile]
}

/**
 * Checks the durations of all profiles, so that a mistake in one doesn't wait for the run that has it.
 * @throws InputError
 */
export function checkProfiledDuration(duration: unknown, where = 'duration'): void {
  if (typeof duration !== 'object' || duration === null) {
    checkLength(duration, where)
    return
  }
  checkFields(duration, where, BY_PROFILE)
  checkLength('short' in duration ? duration.short : undefined, `${where}: short`)
}

const BY_PROFILE: Fields<Exclude<ProfiledDuration, Duration>> = {
  short: checkLength,
  seed: checkLength,
  full: checkLength,
}

/** A scenario's duration under the settings, in ms. */
export function durationMsOf(duration: ProfiledDuration, settings: ProfileSettings): number {
  return parseDurationMs(durationOf(duration, settings), 'duration')
}
