import type { Histogram } from 'hdr-histogram-js'
import type { Technique } from './dispatch/technique.ts'
import type { SloRow } from './slo/slo-row.ts'
import type { VerdictThresholds } from './verdict/verdict-thresholds.ts'

/** What became of an operation's requests. `planned = started + dropped`, `started = ok + failed + timedOut + unfinished`. */
export interface OperationCounts {
  /** Requests that were due. */
  readonly planned: number
  readonly started: number
  /** Requests that were due while `maxInFlight` others were under way, and so never started. */
  readonly dropped: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  /** Requests that neither ended nor timed out before the grace period did. */
  readonly unfinished: number
}

/** How often a request failed with one error code, and what the first of them said. */
export interface ErrorCount {
  readonly code: string
  readonly count: number
  readonly sample: string
}

/**
 * What the receivers of an operation's messages saw, counted where they arrive.
 * `expected = distinct receipts + missing`.
 */
export interface Deliveries {
  /** Messages × recipients that the requests claimed to address. */
  readonly expected: number
  /** Distinct (message, recipient) pairs that arrived. */
  readonly received: number
  /** Arrivals of a pair beyond its first. */
  readonly duplicates: number
  readonly missing: number
  /** Intended start → receipt, in µs, one record a received pair. */
  readonly receipt: Histogram
  /** Intended start → last recipient's receipt, in µs, one record a message that nobody missed. */
  readonly completion: Histogram
}

/** One operation of a workload, measured. Histograms are in µs. */
export interface OperationResult {
  readonly counts: OperationCounts
  readonly errors: readonly ErrorCount[]
  /** Intended start → done, of requests that succeeded or timed out. SLOs are judged on this. */
  readonly response: Histogram
  /** Actual start → done, of the same requests. */
  readonly service: Histogram
  /** Intended start → failed, of requests that failed. */
  readonly failure: Histogram
  /** Intended → actual start, of every request started: the generator's own delay. */
  readonly lateness: Histogram
  readonly deliveries: Deliveries | null
}

/** One operation in one second of the measurement, for time series. */
export interface IntervalFigures {
  /** Whole seconds from the start of the measurement to the start of the interval. */
  readonly second: number
  readonly operation: string
  readonly started: number
  readonly dropped: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  /** Response time of the requests that ended in this interval; `null` if none did. */
  readonly response: {
    readonly p50Ms: number
    readonly p95Ms: number
    readonly p99Ms: number
    readonly maxMs: number
  } | null
}

/** What the generator knows of its own performance. */
export interface GeneratorHealth {
  /** How requests were started on time. */
  readonly dispatch: Technique
  /** Most requests started before the schedule was caught up with; 1 is a perfectly paced schedule. */
  readonly largestBatch: number
  /** The longest stretch of the schedule that was started in one wake-up, in ms: the pause that it made up for. */
  readonly longestBatchMs: number
  /** Event-loop delay while measuring, in ms. */
  readonly eventLoopDelay: {
    readonly p50Ms: number
    readonly p99Ms: number
    readonly maxMs: number
  }
  /** Times that the garbage collector stopped the generator while measuring. */
  readonly gcPauses: { readonly count: number; readonly totalMs: number; readonly maxMs: number }
}

/** One load, measured: what the generator hands to verdict, SLO and run file. */
export interface LoadResult {
  /** ISO 8601, UTC: when the measurement (not the warm-up) began. */
  readonly startedAt: string
  /** The arrivals' label, e.g. `constant 200/s`. */
  readonly arrivals: string
  readonly seed: number
  readonly warmUpMs: number
  /** How long requests were to be started for, after the warm-up. */
  readonly durationMs: number
  /** How long they were: less than `durationMs` only if the load was interrupted or aborted. */
  readonly measuredMs: number
  /** Whether it was ended early from outside. */
  readonly isInterrupted: boolean
  /** Which bound ended it early, by `abortOnFail`, and how it was missed; `null` if none did. */
  readonly abortReason: string | null
  readonly limits: {
    readonly maxInFlight: number
    readonly whenFull: 'drop' | 'wait'
    readonly timeoutMs: number
    readonly gracePeriodMs: number
  }
  readonly health: GeneratorHealth
  /** What the verdict on this measurement is reached by. */
  readonly verdictThresholds: VerdictThresholds
  /** By operation name, in the workload's order. */
  readonly operations: ReadonlyMap<string, OperationResult>
  readonly intervals: readonly IntervalFigures[]
  /** The bounds on every window that the load was given, judged as it ran. */
  readonly windowedSlo: readonly SloRow[]
}
