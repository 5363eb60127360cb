/** The times of a request, in ms. */
export interface RequestTimes {
  /** Intended start → done, or the time waited. */
  readonly responseMs: number
  /** Actual start → done. */
  readonly serviceMs: number
  /** The part of `serviceMs` in which the generator was paused. */
  readonly pausedMs: number
}

/** The end of a started request; `unfinished` if it had not ended when the grace period did. */
export type Ending = 'ok' | 'failed' | 'timed out' | 'unfinished'

/**
 * Whether a request that failed may have done so because of the generator: its client's own timers
 * run on during a pause, and are looked at before the answers that arrived in the meantime.
 */
export function mayHaveFailedByPause({ serviceMs, pausedMs }: RequestTimes): boolean {
  return pausedMs > 0 && pausedMs >= serviceMs / 2
}
