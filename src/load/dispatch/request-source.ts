import type { LoadRequest } from '../workload.ts'
import type { Ending } from '../recording/request-end.ts'
import type { StartedRequest } from './started-request.ts'

/** A request that is due. Times are by `nowMs()`. */
export interface DueRequest extends Pick<LoadRequest, 'number' | 'intendedAtMs' | 'isWarmUp'> {
  readonly operation: string
  /** The start of its lateness. */
  readonly dueAtMs: number
  readonly run: (request: StartedRequest) => Promise<unknown>
  /** Told once, when the request has ended or is not waited for any longer. */
  readonly onEnd?: (ending: Ending, now: number) => void
}

/** A request that was due when the load was ended early, but that was not started. */
export type RequestNotStarted = Pick<DueRequest, 'operation' | 'intendedAtMs'>

/** Where the requests of a load come from: a schedule, or users. Times are by `nowMs()`. */
export interface RequestSource {
  /** The due time of the next request; `Infinity` if none is due. */
  readonly nextDueMs: number
  /** The due time of the i-th request after the next one; `Infinity` if unknown. */
  dueAfterMs(i: number): number
  /** Whether the end of a request can bring the next one forward. */
  readonly followsEnds: boolean
  /** The end of the warm-up. */
  readonly measureStartMs: number
  /** Whether the next request belongs to the measurement. */
  isMeasuring(now: number): boolean
  /** Whether no more requests will be started. */
  isExhausted(now: number): boolean
  /** Requests due before that have been taken. */
  takenUntilMs(now: number): number
  /** Takes the next request; only once it is due. */
  take(now: number): DueRequest
  /** Requests of the measurement that are due before a time and were not taken. */
  notTaken(dueBeforeMs: number): Iterable<RequestNotStarted>
  /** The number of measured requests due before a time, counted independently of those taken. */
  plannedBefore(dueBeforeMs: number): number
}
