import { parseDurationMs, type Duration } from '../load/duration.ts'
import { InputError } from '../load/input-error.ts'

/** How long scenarios run: `short` for every day, `seed` as long as the document they come from says. */
export type Profile = 'short' | 'seed'

const PROFILES: readonly Profile[] = ['short', 'seed']

/** A scenario's length in each profile. */
export type ProfiledDuration = Duration | { readonly short: Duration; readonly seed: Duration }

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

/** A scenario's duration under the settings, in ms. */
export function durationMsOf(duration: ProfiledDuration, settings: ProfileSettings): number {
  if (settings.durationMs !== null) return settings.durationMs
  const text = typeof duration === 'string' ? duration : duration[settings.profile]
  return parseDurationMs(text, 'duration')
}
