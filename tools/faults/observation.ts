import type { FaultTime } from './faults.ts'
import type { RunSummary } from './run-summary.ts'

/** What a run did, as a user would have seen it. Times are in ms. */
export interface Observation {
  /** What the shell gets: 128 and the signal's number if npm was ended by one; `null` if it had to be ended. */
  readonly exitCode: number | null
  readonly output: string
  readonly runs: readonly RunSummary[]
  /** Files of the results folder that are not whole. */
  readonly fileProblems: readonly string[]
  /** From the command's start to its end. */
  readonly tookMs: number
  /** From the command's start to its first request; `null` if it is not known to have come to that. */
  readonly startUpMs: number | null
  /** Whether it had found its servers and begun. */
  readonly hasOpened: boolean
  /** For how long its own processes were stopped, at most. */
  readonly stoppedMs: number
  /** Processes that were still running 5 s after the shell had returned. */
  readonly leftRunning: readonly string[]
  /** Folders and sockets of the run that were still there by then. */
  readonly leftBehind: readonly string[]
  /** From the last fault to the end of the last process. */
  readonly endedAfterFaultMs: number | null
  /** Faults that could not be made when they were due: the row was not run as it stands. */
  readonly notMade: readonly string[]
  /** The times that faults were made at, after the measurement began. */
  readonly made: readonly { readonly at: FaultTime; readonly actualMs: number | null }[]
  /** Time to live of a registration after the run, in ms; `null` if it wasn't looked at. */
  readonly registrationTtlMs: number | null
}
