import { abortSignal, takeOptions, text, trueOrFalse, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'

/** How a watch begins, and which events it has. */
export interface WatchOptions {
  /**
   * Whether it begins with everything that matches. With `false`, it begins with `current`, and reports
   * only later changes. Default `true`; not allowed together with `from`.
   */
  readonly initial?: boolean
  /** The token of an earlier event of the same namespace and filter: resume after that event. */
  readonly from?: string
  /**
   * Whether a renewed TTL alone is a `changed`. Default `false`, because each heartbeat would be an
   * event; `expiresAt` in an event may then have been extended since.
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
  signal: abortSignal,
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
