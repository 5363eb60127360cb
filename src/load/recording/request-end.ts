/** How long a request was under way, in ms. */
export interface RequestTimes {
  /** Intended start → done, or as long as it was waited for. */
  readonly responseMs: number
  /** Actual start → done. */
  readonly serviceMs: number
  /** The part of `serviceMs` in which the generator was paused. */
  readonly pausedMs: number
}

/** How a started request ended; `unfinished` if it had not when the grace period did. */
export type Ending = 'ok' | 'failed' | 'timed out' | 'unfinished'

/**
 * Whether a request that failed may have done so because of the generator: its client's own timers
 * run on during a pause, and are looked at before the answers that arrived in the meantime.
 */
export function mayHaveFailedByPause({ serviceMs, pausedMs }: RequestTimes): boolean {
  return pausedMs > 0 && pausedMs >= serviceMs / 2
}
