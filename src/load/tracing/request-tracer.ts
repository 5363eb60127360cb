import type { Pause } from '../pauses.ts'
import type { Ending } from '../recording/request-end.ts'
import type { TraceCounts, TracedRequest } from './traced-request.ts'

/** A measured request when it starts. Times are by `nowMs()`. */
export interface RequestToTrace {
  readonly operation: string
  readonly number: number
  readonly intendedAtMs: number
  readonly startedAtMs: number
}

/** Traces the measured requests of a load. Knows no SDK: the load takes whatever implements it. Must not throw. */
export interface RequestTracer {
  start(request: RequestToTrace): RequestTrace
  /**
   * Called once, when all requests have ended and their receivers were asked. Must not reject.
   * @param measureStartMs when the measurement began, by `nowMs()`.
   * @param pauses of the generator's process, also short ones by garbage collection, in order: it saw no answer.
   */
  finish(measureStartMs: number, pauses: readonly Pause[]): Promise<LoadTraces>
}

/** The traces of a load, summed up. */
export interface LoadTraces {
  readonly counts: TraceCounts
  /** Of each operation, slowest first. */
  readonly slowest: ReadonlyMap<string, readonly TracedRequest[]>
}

/** The trace of one request. Must not throw. */
export interface RequestTrace {
  /** Runs the request within its trace, so that spans of the system under test become part of it. */
  run<T>(request: () => T): T
  /**
   * The request was answered or given up; called once. Spans of one that was given up may still end later.
   * @param now by `nowMs()`.
   * @param error why it failed, if it did.
   */
  end(ending: Ending, now: number, error: unknown): void
}
