import { abortSignal, takeOptions, text, trueOrFalse, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'

/** Options of `watch`. */
export interface WatchOptions {
  /**
   * Whether to begin with all matches. `false`: begin with `current` and report only later changes.
   * Default `true`; not allowed together with `from`.
   */
  readonly initial?: boolean
  /** Resume after the event with this token, from a watch of the same namespace and filter. */
  readonly from?: string
  /**
   * Whether a renewed TTL alone is a `changed` event. Default `false`, because every heartbeat would be
   * an event; `expiresAt` in an event may then be out of date.
   */
  readonly renewals?: boolean
  /** Ends the watch without an error when aborted. */
  readonly signal?: AbortSignal
}

/** Checked watch options with defaults. */
export interface CheckedWatchOptions {
  readonly initial: boolean
  readonly from: string | null
  readonly renewals: boolean
  readonly signal: AbortSignal | null
}

const takes: Takes<WatchOptions> = {
  initial: trueOrFalse,
  from: text,
  renewals: trueOrFalse,
  signal: abortSignal,
}

/**
 * Checks the options of a watch and fills in defaults.
 * @throws RegistryError `INVALID_ARGUMENT`, naming the option.
 */
export function watchOptionsFrom(options: unknown): CheckedWatchOptions {
  const {
    initial,
    from = null,
    renewals = false,
    signal = null,
  } = takeOptions(options, 'options', takes)
  if (from !== null && initial !== undefined) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'options.initial: not allowed together with `from`, because a resumed watch begins after that event; leave out one of them',
    )
  }
  return { initial: initial ?? true, from, renewals, signal }
}
