import { checkLength } from '../load/arrivals/arguments.ts'
import { checkFields, type Fields } from '../load/check-fields.ts'
import { parseDurationMs, type Duration } from '../load/duration.ts'
import { InputError } from '../input-error.ts'

/**
 * How long scenarios run: `short` for daily use, `long` for figures worth keeping, `full` for load patterns
 * that take minutes to show.
 */
export type Profile = 'short' | 'long' | 'full'

const PROFILES: readonly Profile[] = ['short', 'long', 'full']

/** The name of `long` before it was renamed: still valid everywhere, and recorded as `long`. */
const FORMER_LONG = 'seed'

/** A scenario's length in each profile. `full` falls back to `long`, and `long` to `short`. */
interface DurationByProfile {
  readonly short: Duration
  readonly long?: Duration
  /** The former name of `long`. */
  readonly seed?: Duration
  readonly full?: Duration
}

/** A scenario's length: the same in every profile, or one per profile. */
export type ProfiledDuration = Duration | DurationByProfile

/** The environment's settings for how long scenarios run. */
export interface ProfileSettings {
  readonly profile: Profile
  /** Overrides every scenario's duration, in ms. */
  readonly durationMs: number | null
}

/**
 * Reads `BENCH_PROFILE` and `BENCH_DURATION`; empty values count as not set.
 * @throws InputError if one of them is malformed.
 */
export function profileSettings(
  env: Readonly<Record<string, string | undefined>>,
): ProfileSettings {
  const { BENCH_PROFILE, BENCH_DURATION } = env
  const asked = BENCH_PROFILE === FORMER_LONG ? 'long' : BENCH_PROFILE || 'short'
  const profile = PROFILES.find((name) => name === asked)
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
 * A scenario's duration under the settings, for arrivals that last as long as the load.
 * @throws InputError if the duration of any profile is malformed.
 */
export function durationOf(duration: ProfiledDuration, settings: ProfileSettings): Duration {
  checkProfiledDuration(duration)
  const { profile, durationMs } = settings
  if (durationMs !== null)
    return durationMs % 1_000 === 0 ? `${durationMs / 1_000}s` : `${durationMs}ms`
  if (typeof duration === 'string') return duration
  const { short, seed = short, long = seed, full = long } = duration
  return { short, long, full }[profile]
}

/**
 * Checks the durations of all profiles, so that a mistake shows before the run that uses it.
 * @throws InputError
 */
export function checkProfiledDuration(duration: unknown, where = 'duration'): void {
  if (typeof duration !== 'object' || duration === null) {
    checkLength(duration, where)
    return
  }
  checkFields(duration, where, BY_PROFILE)
  checkLength('short' in duration ? duration.short : undefined, `${where}: short`)
  if ('long' in duration && FORMER_LONG in duration) {
    throw new InputError(`${where}: ${FORMER_LONG} is the former name of long: give one of them.`)
  }
}

const BY_PROFILE: Fields<DurationByProfile> = {
  short: checkLength,
  long: checkLength,
  seed: checkLength,
  full: checkLength,
}

/** A scenario's duration under the settings, in ms. */
export function durationMsOf(duration: ProfiledDuration, settings: ProfileSettings): number {
  return parseDurationMs(durationOf(duration, settings), 'duration')
}
