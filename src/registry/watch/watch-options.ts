import { take, takeOptions, text, trueOrFalse, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'

/** How a watch begins, and what it tells. */
export interface WatchOptions {
  /**
   * Whether it begins with everything that matches. Without, it begins with `current`, and tells
   * what changes from there on. Default `true`; not allowed together with `from`.
   */
  readonly initial?: boolean
  /** The token of an earlier event of the same namespace and filter: resume after that event. */
  readonly from?: string
  /**
   * Whether a renewed TTL alone is a `changed`. Default `false`, since each heartbeat would be an
   * event; without, `expiresAt` in what was told may have been extended since.
   */
  readonly renewals?: boolean
  /** Ends the watch, without an error, when it is aborted. */
  readonly signal?: AbortSignal
}

/** Watch options with their defaults, checked. */
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
  signal: take((value): value is AbortSignal => value instanceof AbortSignal, 'an AbortSignal'),
}

/**
 * Takes the options of a watch, with their defaults.
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
      'options.initial: has no meaning for a watch that resumes; leave it out, or leave out `from`',
    )
  }
  return { initial: initial ?? true, from, renewals, signal }
}
