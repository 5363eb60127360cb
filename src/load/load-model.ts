import type { Histogram } from 'hdr-histogram-js'
import type { ErrorCount } from './recording/error-tally.ts'

/**
 * The model that decides when requests start. *Open*: a schedule, whatever becomes of earlier requests.
 * *Closed*: users, each of whom waits for an answer and thinks before the next request, so a slower system
 * gets fewer requests.
 */
export type LoadModel = { readonly kind: 'open' } | ClosedModel

/** The model of a load of users. Its response times are service times. */
export interface ClosedModel {
  readonly kind: 'closed'
  /** The most at any time, as planned. */
  readonly users: number
  readonly thinkTime: {
    /** Its distribution in words: `exponential, mean 1s`. */
    readonly label: string
    readonly meanMs: number
  }
  /**
   * How long users were to be there while it was measured, added up over those who were set up, in ms:
   * 50 users for 10 s are 500,000.
   */
  readonly userTimeMs: number
  readonly iterations: IterationFigures
  readonly setUp: PhaseFigures
  readonly tearDown: PhaseFigures
}

/**
 * Passes through all steps of a session that began while it was measured.
 * `started = completed + cutShort + underWay`.
 */
export interface IterationFigures {
  readonly started: number
  /** Every step succeeded. */
  readonly completed: number
  /** Ended by a step that failed or timed out. */
  readonly cutShort: number
  /** Not at their end when the load was. */
  readonly underWay: number
  /**
   * Service times of an iteration's steps added up, in µs, without think time and lateness: of iterations
   * that were completed, and at the time so far of those whose step timed out or never ended.
   */
  readonly time: Histogram
}

/** The outcomes of users' set-ups or tear-downs. `users = ok + failed + timedOut + notDone`. */
export interface PhaseFigures {
  /** The number of users to handle. */
  readonly users: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  /** Not begun, because the load was interrupted or the time for all of them was over. */
  readonly notDone: number
  readonly errors: readonly ErrorCount[]
}
