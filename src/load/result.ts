import type { Histogram } from 'hdr-histogram-js'
import type { LoadModel } from './load-model.ts'
import type { FaultRecord } from './faults/fault-record.ts'
import type { ErrorCount } from './recording/error-tally.ts'
import type { Technique } from './dispatch/technique.ts'
import type { Unavailability } from './recording/availability.ts'
import type { Losses } from './recording/losses.ts'
import type { LoadNotesResult, OperationNotesResult } from './notes/load-notes.ts'
import type { SparseCounts } from './recording/sparse-counts.ts'
import type { SloRow } from './slo/slo-row.ts'
import type { TraceCounts, TracedRequest } from './tracing/traced-request.ts'
import type { VerdictThresholds } from './verdict/verdict-thresholds.ts'

/**
 * The outcomes of an operation's requests. `planned = started + dropped + notStarted`,
 * `started = ok + failed + timedOut + unfinished`.
 */
export interface OperationCounts {
  /** Requests due by the schedule before the measurement ended, whatever became of them. */
  readonly planned: number
  readonly started: number
  /** Requests not started because `maxInFlight` others ran when they were due. */
  readonly dropped: number
  /** Requests that were due, but not started before the load ended early. */
  readonly notStarted: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  /** Requests that neither ended nor timed out before the grace period did. */
  readonly unfinished: number
}

/** The delay of timers on an event loop, in ms. */
export interface EventLoopDelay {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Times in which a process did nothing at all; see `PauseWatch`. */
export interface PauseFigures {
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
}

/** One pause. */
export interface LongPause {
  /** When it began, in ms since the measurement did; 0 if it began before. */
  readonly fromMs: number
  readonly lengthMs: number
}

/** The health of the receivers' process during the measurement. */
export interface ReceiverHealth {
  readonly eventLoopDelay: EventLoopDelay
  readonly pauses: PauseFigures
}

/** The deliveries of an operation's messages, as their receivers counted them. */
export type Deliveries = CountedDeliveries | UnknownDeliveries

/** Deliveries that are unknown because the receivers were lost or did not answer. */
export interface UnknownDeliveries {
  readonly kind: 'unknown'
  /** One sentence. */
  readonly reason: string
}

/** Deliveries counted where they arrive. `expected = distinct receipts + missing`. */
export interface CountedDeliveries {
  readonly kind: 'counted'
  /** Messages × recipients, including the recipients of messages that could not be sent. */
  readonly expected: number
  /** Distinct (message, recipient) pairs that arrived. */
  readonly received: number
  /** Arrivals of a pair beyond its first. */
  readonly duplicates: number
  readonly missing: number
  /** Messages that did not reach all of their recipients. */
  readonly incomplete: number
  /** Missing receipts that a long pause of the generator or the receivers may have caused. */
  readonly missingByPause: number
  /**
   * Missing receipts of messages that the sender gave no answer on: the request failed, was given up or never
   * started. The sender answered on the others: they
   * were lost on the way, or it said that they weren't delivered. Absent where that is unknown.
   */
  readonly missingByFailure?: number | undefined
  /**
   * Intended start → receipt, in µs, one record per expected pair: those that are missing, at the
   * time waited for them. Empty where the sender has receipts but doesn't see each of them arrive.
   */
  readonly receipt: Histogram
  /**
   * Intended start → last recipient's receipt, in µs, one record per message: those that did not
   * reach all recipients, at the time waited.
   */
  readonly completion: Histogram
  /** The same without the delays that generator and receivers caused: late starts and pauses. */
  readonly undisturbedCompletion: Histogram
  /** `null` where the receivers are processes that others started. */
  readonly receivers: ReceiverHealth | null
  /** When receipts arrived; absent where that is unknown. Becomes part of the seconds of a load. */
  readonly arrivals?: ArrivalCounts
}

/** Receipts by the time of their arrival. */
export interface ArrivalCounts {
  /** By `nowMs()`: when the first step began. */
  readonly fromMs: number
  readonly stepMs: number
  /** Receipts in each step. */
  readonly counts: readonly number[]
}

/** What becomes known of an operation beside its requests. */
export interface OperationAudit extends Unavailability {
  /** `null` if the operation makes no promises that outlast its answer, or nobody checks them. */
  readonly losses: Losses | null
}

/** One operation of a workload, measured. Histograms are in µs. */
export interface OperationResult extends OperationNotesResult, OperationAudit {
  readonly counts: OperationCounts
  /**
   * Requests that failed or were dropped, possibly because of a pause of the generator, and requests that
   * an interruption left unfinished.
   */
  readonly lostByPause: number
  readonly errors: readonly ErrorCount[]
  /**
   * Intended start → done, of requests that succeeded; those that timed out or were unfinished, at
   * the time waited for them. SLOs are judged on this.
   */
  readonly response: Histogram
  /** Actual start → done, of the same requests. */
  readonly service: Histogram
  /** The service time less the generator's pauses in it: the least that the system took. */
  readonly undisturbed: Histogram
  /** Intended start → failed, of requests that failed. */
  readonly failure: Histogram
  /** Intended → actual start, of every request started: the generator's own delay. */
  readonly lateness: Histogram
  readonly deliveries: Deliveries | null
  /** Its slowest requests, up to 10, slowest first; absent if requests were not traced. */
  readonly slowest?: readonly TracedRequest[] | undefined
}

/** One operation in one second of the measurement, for time series. */
export interface IntervalFigures {
  /** Whole seconds from the start of the measurement to the start of the interval. */
  readonly second: number
  readonly operation: string
  /** Requests due in it, whenever they were started; `null` if unknown, as in older files. */
  readonly planned: number | null
  readonly started: number
  readonly dropped: number
  readonly ok: number
  readonly failed: number
  readonly timedOut: number
  /** The most measured requests under way at once; `null` if unknown, as in older files. */
  readonly inFlight: number | null
  /** Distinct receipts that arrived in it; `null` if their times are unknown. */
  readonly received: number | null
  /** Those that failed, by error code; empty in older files. */
  readonly errors: readonly IntervalError[]
  /** Intended → actual start, of requests started in it; `null` if none was or it is unknown. */
  readonly lateness: IntervalLateness | null
  /** Response time of the requests that ended in this interval; `null` if none did. */
  readonly response: IntervalResponse | null
}

/** The failures with one code. */
export interface IntervalError {
  readonly code: string
  readonly count: number
}

/** How late requests were started, in ms. */
export interface IntervalLateness {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Response times as in `OperationResult.response`. */
export interface IntervalResponse {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** All of them, at 16 buckets per doubling; empty in older files. */
  readonly counts: SparseCounts
}

/** The health of the generator during the measurement. */
export interface GeneratorHealth {
  /** The dispatch technique. */
  readonly dispatch: Technique
  /** Most requests started before the schedule was caught up with; 1 is a perfectly paced schedule. */
  readonly largestBatch: number
  /** The longest stretch of the schedule that was started in one wake-up, in ms: the pause that it made up for. */
  readonly longestBatchMs: number
  /** Event-loop delay while measuring. */
  readonly eventLoopDelay: EventLoopDelay
  /** Pauses of the generator's process while measuring. */
  readonly pauses: PauseFigures
  /** The longest of them, up to 100, in order of time. */
  readonly longestPauses: readonly LongPause[]
  /** Times that the garbage collector stopped the generator while measuring. */
  readonly gcPauses: { readonly count: number; readonly totalMs: number; readonly maxMs: number }
  /**
   * The time that the generator waited for a core while measuring, in ms; `null` where the system doesn't
   * report it. Pauses, delays and collections may have been such waits.
   */
  readonly coreWaitMs: number | null
  /**
   * Requests that ran on after they were given up, because their operation ignores `signal`: the most at
   * once, each of which counts towards `maxInFlight`, and those still running at the end.
   */
  readonly ranOn: { readonly most: number; readonly atEnd: number }
}

/** The measurement of one load, for verdict, SLO and run file. Its unavailability is that of all operations together. */
export interface LoadResult extends LoadNotesResult, Unavailability {
  /** ISO 8601, UTC: when the measurement (not the warm-up) began. */
  readonly startedAt: string
  readonly model: LoadModel
  /** The load in words: the arrivals' label, e.g. `constant 200/s`, or the users', e.g. `50 users`. */
  readonly arrivals: string
  readonly seed: number
  readonly warmUpMs: number
  /** The planned time of the measurement, after the warm-up. */
  readonly durationMs: number
  /** The measured time: less than `durationMs` only if the load was interrupted or aborted. */
  readonly measuredMs: number
  /** Whether a signal ended it early, even if only the wait for the last requests was cut short. */
  readonly isInterrupted: boolean
  /** The missed bound that ended it early, by `abortOnFail`; `null` if none did. */
  readonly abortReason: string | null
  readonly limits: {
    readonly maxInFlight: number
    readonly whenFull: 'drop' | 'wait'
    readonly timeoutMs: number
    readonly gracePeriodMs: number
  }
  readonly health: GeneratorHealth
  /** The thresholds of this measurement's verdict. */
  readonly verdictThresholds: VerdictThresholds
  /** By operation name, in the workload's order. */
  readonly operations: ReadonlyMap<string, OperationResult>
  readonly intervals: readonly IntervalFigures[]
  /** The bounds on every window that the load was given, judged as it ran. */
  readonly windowedSlo: readonly SloRow[]
  /** The faults that the load was given, in order of time. */
  readonly faults: readonly FaultRecord[]
  /** The traces of its requests; absent if they were not traced. */
  readonly traces?: TraceCounts | undefined
}
