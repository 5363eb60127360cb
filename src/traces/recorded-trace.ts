import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace'
import type { Ending } from '../load/recording/request-end.ts'
import type { RequestToTrace } from '../load/tracing/request-tracer.ts'
import type { SpanTimes } from './span-clock.ts'
import type { RecordedSpan, TracedProcess } from './span-record.ts'
import type { EndedRequest } from './tail-sampling.ts'

/** The most spans of a request that are kept of its own process; further ones are counted. */
const MAX_SPANS = 1_000
/** The same of all other processes. */
const MAX_RECEIVED = 500

/** A span with its times by `nowMs()`. */
export interface TimedSpan {
  readonly span: ReadableSpan
  readonly times: SpanTimes
}

/** A span of another process. */
export interface ReceivedSpan {
  readonly process: TracedProcess
  readonly span: RecordedSpan
}

/** How and when a request ended. */
interface RequestEnd {
  readonly ending: Ending
  /** Intended start → end, in ms. */
  readonly responseMs: number
  /** `null` unless it failed. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** One request and the spans that belong to it, as they begin and end in the load's process. */
export class RecordedTrace implements EndedRequest {
  readonly traceId: string
  readonly request: RequestToTrace
  /** The span of the request itself. */
  readonly root: Span
  /** Those that it was started with. */
  readonly attributes: Attributes
  /** Those that have not ended, with their starts. */
  readonly #open = new Map<ReadableSpan, number>()
  readonly #ended: TimedSpan[] = []
  readonly #received: ReceivedSpan[] = []
  #lostSpans = 0
  #end: RequestEnd | null = null

  constructor(root: Span, request: RequestToTrace, attributes: Attributes) {
    this.traceId = root.spanContext().traceId
    this.root = root
    this.attributes = attributes
    this.request = request
  }

  get operation(): string {
    return this.request.operation
  }

  get ending(): Ending {
    return this.#end?.ending ?? 'unfinished'
  }

  /** Intended start → end, in ms. */
  get responseMs(): number {
    return this.#end?.responseMs ?? 0
  }

  /** Why it failed; `null` unless it did. */
  get error(): RequestEnd['error'] {
    return this.#end?.error ?? null
  }

  get spanCount(): number {
    return this.#open.size + this.#ended.length
  }

  /** Spans that found no room. */
  get lostSpans(): number {
    return this.#lostSpans
  }

  /** When the request ended, by `nowMs()`. */
  get endedAtMs(): number {
    return this.request.intendedAtMs + this.responseMs
  }

  /**
   * Those that began in its own process, without the root. One that has not ended says so, and its time counts until the
   * request's end: without it, nothing would say what a request that timed out was waiting for.
   */
  get spans(): readonly TimedSpan[] {
    const open = [...this.#open].map(([span, startMs]) => ({
      span: unended(span),
      times: { startMs, endMs: Math.max(startMs, this.endedAtMs) },
    }))
    return [...this.#ended, ...open]
  }

  /** Those of other processes. */
  get received(): readonly ReceivedSpan[] {
    return this.#received
  }

  /** The request ended; called once. */
  endRequest(end: RequestEnd): void {
    this.#end = end
  }

  /**
   * Spans that begin after the request has ended took none of its time, and may be of anything that it started, such as a
   * connection's polling for as long as the load runs.
   * @returns whether it was taken.
   */
  begin(span: ReadableSpan, startMs: number): boolean {
    if (this.#end !== null) return false
    if (this.spanCount >= MAX_SPANS) {
      this.lose()
      return false
    }
    this.#open.set(span, startMs)
    return true
  }

  end(span: ReadableSpan, times: SpanTimes): void {
    if (this.#open.delete(span)) this.#ended.push({ span, times })
  }

  receive(process: TracedProcess, span: RecordedSpan): void {
    if (this.#received.length < MAX_RECEIVED) this.#received.push({ process, span })
    else this.lose()
  }

  /** A span found no room. */
  lose(): void {
    this.#lostSpans += 1
  }
}

/** A span with further attributes, which precede its own. */
export function withAttributes(
  span: ReadableSpan,
  attributes: Attributes,
  status = span.status,
): ReadableSpan {
  const all = { ...attributes, ...span.attributes, ...attributes }
  // A span's other fields are getters.
  return Object.create(span, { attributes: { value: all }, status: { value: status } })
}

/** A span that says that it has not ended. */
export function unended(span: ReadableSpan): ReadableSpan {
  return withAttributes(span, { 'loadtest.unended': true })
}
