import type { SloRowSummary } from './run-summary.ts'

/** The required outcome of a row, beyond the invariants of every run. */
export interface Expected {
  /** Any of these exit codes. */
  readonly exit: readonly number[]
  /**
   * - `whole`: the run file is complete, and its counts add up to the whole schedule
   * - `interrupted`: it is marked interrupted, with the figures so far
   * - `readable`: it exists and can be read
   * - `any`: it may be missing
   */
  readonly runFile: 'whole' | 'interrupted' | 'readable' | 'any'
  readonly verdict?: readonly ('valid' | 'degraded' | 'invalid')[]
  /** Required rows of the SLO table, each with one of these outcomes. */
  readonly slo?: Readonly<Record<string, readonly SloRowSummary['outcome'][]>>
  /** No row of the SLO table may be missed. */
  readonly nothingMissed?: true
  /** All requests of the schedule succeed. */
  readonly allOk?: true
  /** Requests succeed again in the last second. */
  readonly recovers?: true
  /**
   * - `all`: every message reaches every recipient
   * - `scheduled`: every message of the schedule counts as expected by every recipient, sent or not
   */
  readonly deliveries?: 'all' | 'scheduled'
  /** The run file says why it is incomplete. */
  readonly hasReason?: true
  /** The output contains this. */
  readonly says?: RegExp
  /** All processes have ended this long after the last fault, in ms. */
  readonly endsWithinMs?: number
  /** The remaining time to live of a registration afterwards, at least, in ms. */
  readonly ttlAboveMs?: number
  /** The reason, if it isn't obvious. */
  readonly because?: string
}

/** The system failed: missed, never passed. */
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
/** The generator failed: passed or inconclusive, never missed. */
export const NOT_MISSED: Expected = { exit: [0, 3], runFile: 'whole', nothingMissed: true }
/** The load's own receivers were lost: its figures are kept, deliveries are unknown. */
export const RECEIVERS_LOST: Expected = {
  exit: [3],
  runFile: 'whole',
  nothingMissed: true,
  slo: { 'delivery rate': ['inconclusive'] },
}
/** The load's worker was lost: broken, with the figures of finished intervals. */
export const WORKER_LOST: Expected = { exit: [2], runFile: 'interrupted', hasReason: true }
/** Set-up failed, with an error that says so. */
export const NOT_SET_UP: Expected = { exit: [2], runFile: 'any' }
