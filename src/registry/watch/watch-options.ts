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

/**
 * Fills in the defaults.
 * @throws RegistryError `INVALID_ARGUMENT`, naming the option.
 */
export function watchOptionsFrom(options: WatchOptions): CheckedWatchOptions {
  if (typeof options !== 'object' || options === null) {
    throw new RegistryError('INVALID_ARGUMENT', 'options: must be an object')
  }
  const { initial, from, renewals, signal } = options
  requireBoolean('initial', initial)
  requireBoolean('renewals', renewals)
  if (from !== undefined && typeof from !== 'string') {
    throw new RegistryError('INVALID_ARGUMENT', 'from: must be the token of an event')
  }
  if (from !== undefined && initial !== undefined) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'initial: has no meaning for a watch that resumes; leave it out, or leave out `from`',
    )
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new RegistryError('INVALID_ARGUMENT', 'signal: must be an AbortSignal')
  }
  return {
    initial: initial ?? true,
    from: from ?? null,
    renewals: renewals ?? false,
    signal: signal ?? null,
  }
}

function requireBoolean(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new RegistryError('INVALID_ARGUMENT', `${name}: must be true or false`)
}
