import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { RecordedTrace } from './recorded-trace.ts'
import { SpanTimer } from './span-clock.ts'

/** The most spans of requests under way and of traces kept. */
const MAX_SPANS = 200_000

/**
 * Hands the spans of the load's own process to the traces that they belong to; spans of no request are left out. If there are too
 * many spans, loads keep fewer traces; if that is not enough, spans are lost, and counted by their traces.
 */
export class RequestSpans implements SpanProcessor {
  readonly #traces = new Map<string, RecordedTrace>()
  readonly #timer = new SpanTimer()
  readonly #maxSpans: number
  #count = 0
  /** Called if there are too many spans, to close traces that may be missed. */
  readonly whenFull = new Set<() => void>()

  constructor(maxSpans = MAX_SPANS) {
    this.#maxSpans = maxSpans
  }

  /** From now on, spans of this trace are its. */
  open(trace: RecordedTrace): void {
    this.#traces.set(trace.traceId, trace)
  }

  /** Nobody wants this trace any more. */
  close(trace: RecordedTrace): void {
    if (this.#traces.delete(trace.traceId)) this.#count -= trace.spanCount
  }

  onStart(span: Span): void {
    const trace = this.#traces.get(span.spanContext().traceId)
    if (trace === undefined) return
    const startMs = this.#timer.started(span)
    if (this.#count >= this.#maxSpans) for (const makeRoom of this.whenFull) makeRoom()
    if (this.#count >= this.#maxSpans) trace.lose()
    else if (trace.begin(span, startMs)) this.#count += 1
  }

  onEnd(span: ReadableSpan): void {
    this.#traces.get(span.spanContext().traceId)?.end(span, this.#timer.ended(span))
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
