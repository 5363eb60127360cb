import type { Ending } from '../recording/request-end.ts'

/** The most requests of an operation that are reported with their traces: its slowest. */
export const MAX_SLOWEST = 10
/** The most parts of a request's time; the smallest of the rest become part of `other`. */
export const MAX_PARTS = 8

/** One of the slowest requests of an operation. */
export interface TracedRequest {
  /** 32 hex digits: its trace in the file of traces, and wherever else they were sent. */
  readonly traceId: string
  /** The request's number in its load. */
  readonly number: number
  readonly ending: Ending
  /** When it was due, in ms since the measurement began. */
  readonly dueMs: number
  /** Intended start → done, or the time waited. */
  readonly responseMs: number
  /**
   * Where its time went, up to 8 parts, largest first, that add up to `responseMs`. Names are `generator` (due, but not started),
   * `handlers`, `replica`, `other`, and the systems of its client spans, such as `redis`, `nats` or `http`.
   */
  readonly parts: readonly RequestPart[]
  /**
   * Whether the spans of all processes that handled its messages are known. If not, because such a process died
   * or had too many spans to keep, the time of handlers counts as the messaging system's.
   */
  readonly areHandlersKnown: boolean
}

/** A part of a request's time. */
export interface RequestPart {
  readonly name: string
  readonly ms: number
}

/** The traces of a load, by why they were kept: `kept = errors + slow + sampled`. Each is counted once, for the first reason. */
export interface TraceCounts {
  readonly kept: number
  /** Requests that failed, timed out or were unfinished. */
  readonly errors: number
  /** Requests above the bound, or among the slowest ten of their operation. */
  readonly slow: number
  /** The sampled ratio of all others. */
  readonly sampled: number
  /** Requests with a reason to be kept for which there was no room. */
  readonly lost: number
  /** Spans that are missing from the traces kept, because a trace had too many. */
  readonly lostSpans: number
}

/** The slowest of all, slowest first. */
export function slowestOf(requests: readonly TracedRequest[]): readonly TracedRequest[] {
  return requests.toSorted((a, b) => b.responseMs - a.responseMs).slice(0, MAX_SLOWEST)
}
