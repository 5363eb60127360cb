import type { SloRowSummary } from './run-summary.ts'

/** The outcome that a row must have, besides the invariants that every run keeps. */
export interface Expected {
  /** Any of these. */
  readonly exit: readonly number[]
  /**
   * - `whole`: the run file is complete, and its counts add up to the whole schedule
   * - `interrupted`: it is marked interrupted, and holds the figures up to then
   * - `readable`: there is one, whatever it holds
   * - `any`: there may be none
   */
  readonly runFile: 'whole' | 'interrupted' | 'readable' | 'any'
  readonly verdict?: readonly ('valid' | 'degraded' | 'invalid')[]
  /** Rows of the SLO table that must be there, with any of these outcomes. */
  readonly slo?: Readonly<Record<string, readonly SloRowSummary['outcome'][]>>
  /** No row of the SLO table may be missed. */
  readonly nothingMissed?: true
  /** All requests of the schedule succeed. */
  readonly allOk?: true
  /** Requests succeed again in the last second. */
  readonly recovers?: true
  /**
   * - `all`: every message reaches every recipient
   * - `scheduled`: every message of the schedule is expected at every recipient, sent or not
   */
  readonly deliveries?: 'all' | 'scheduled'
  /** The run file says why it has no more than it has. */
  readonly hasReason?: true
  /** The output says this. */
  readonly says?: RegExp
  /** All processes have ended this long after the last fault, in ms. */
  readonly endsWithinMs?: number
  /** A registration still has this much of its time to live afterwards, in ms. */
  readonly ttlAboveMs?: number
  /** Why, where it isn't plain. */
  readonly because?: string
}

/** A failure of the system: missed, never passed. */
export const MISSED: Expected = {
  exit: [1],
  runFile: 'whole',
  slo: { 'success rate': ['missed'] },
}
/** Nothing was lost: passed, with every request of the schedule answered. */
export const PASSED: Expected = {
  exit: [0],
  runFile: 'whole',
  verdict: ['valid', 'degraded'],
  allOk: true,
}
/** The generator was hit: passed or inconclusive, never missed. */
export const NOT_MISSED: Expected = { exit: [0, 3], runFile: 'whole', nothingMissed: true }
/** Receivers of the load's own were lost: its figures are kept, deliveries are unknown. */
export const RECEIVERS_LOST: Expected = {
  exit: [3],
  runFile: 'whole',
  nothingMissed: true,
  slo: { 'delivery rate': ['inconclusive'] },
}
/** The worker that makes the load was lost: broken, with what the intervals had. */
export const WORKER_LOST: Expected = { exit: [2], runFile: 'interrupted', hasReason: true }
/** Set-up failed, in so many words. */
export const NOT_SET_UP: Expected = { exit: [2], runFile: 'any' }
