import type { FaultTime } from './faults.ts'
import type { RunSummary } from './run-summary.ts'

/** A run as its user would have seen it. Times are in ms. */
export interface Observation {
  /** The shell's exit code: 128 plus the signal's number if a signal ended npm; `null` if the run had to be killed. */
  readonly exitCode: number | null
  readonly output: string
  readonly runs: readonly RunSummary[]
  /** Incomplete files of the results folder. */
  readonly fileProblems: readonly string[]
  /** From the command's start to its end. */
  readonly tookMs: number
  /** From the command's start to its first request; `null` if it may not have sent any. */
  readonly startUpMs: number | null
  /** Whether it had found its servers and begun. */
  readonly hasOpened: boolean
  /** The longest time that its own processes were stopped. */
  readonly stoppedMs: number
  /** Processes that were still running 5 s after the shell had returned. */
  readonly leftRunning: readonly string[]
  /** Folders and sockets of the run that remained by then. */
  readonly leftBehind: readonly string[]
  /** From the last fault to the end of the last process. */
  readonly endedAfterFaultMs: number | null
  /** Faults that could not be injected on time: the row was not run as planned. */
  readonly notMade: readonly string[]
  /** Times of the faults, since the measurement began. */
  readonly made: readonly { readonly at: FaultTime; readonly actualMs: number | null }[]
  /** Time to live of a registration after the run, in ms; `null` if not checked. */
  readonly registrationTtlMs: number | null
}
