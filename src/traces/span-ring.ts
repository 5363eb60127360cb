import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { nowMs } from '../load/clock.ts'
import { type TimedSpan, unended } from './recorded-trace.ts'
import { SpanTimer, type SpanAnchor } from './span-clock.ts'
import { recordOf, type RecordedSpan } from './span-record.ts'

const DEFAULT_MAX_SPANS = 20_000
/** Further spans of one trace are counted, not kept. */
export const MAX_SPANS_PER_TRACE = 500

/** Spans that were taken out of a ring. */
export interface TakenSpans {
  readonly spans: readonly RecordedSpan[]
  /** Spans of these traces beyond 500 of a trace. */
  readonly lostSpans: number
}

/** A trace's spans in the order of their ends. */
interface RingTrace {
  readonly ended: TimedSpan[]
  lostSpans: number
}

/**
 * A processor of the SDK that keeps the last spans of a process until somebody knows which traces are wanted. Memory is
 * bounded: the trace whose first span ended longest ago is dropped first.
 */
export class SpanRing implements SpanProcessor {
  readonly #anchorMs: SpanAnchor
  readonly #clean: (text: string) => string
  readonly #maxSpans: number
  readonly #timer = new SpanTimer()
  /** Oldest first. */
  readonly #traces = new Map<string, RingTrace>()
  /** Goes on where it dropped a trace last: from its start, a map would pass all that were dropped before, each time. */
  #oldest = this.#traces.keys()
  #size = 0
  /** Spans that have not ended, with their starts, by trace. */
  readonly #begun = new Map<string, Map<ReadableSpan, number>>()
  #begunCount = 0

  /**
   * @param clean makes a span's text harmless to publish.
   * @param maxSpans in all traces, ≥ 1.
   */
  constructor(anchorMs: SpanAnchor, clean: (text: string) => string, maxSpans = DEFAULT_MAX_SPANS) {
    this.#anchorMs = anchorMs
    this.#clean = clean
    this.#maxSpans = maxSpans
  }

  /** Number of spans kept. */
  get size(): number {
    return this.#size
  }

  onStart(span: Span): void {
    const startMs = this.#timer.started(span)
    if (this.#begunCount >= this.#maxSpans) return
    const { traceId } = span.spanContext()
    const begun = this.#begun.get(traceId) ?? new Map<ReadableSpan, number>()
    this.#begun.set(traceId, begun.set(span, startMs))
    this.#begunCount += 1
  }

  onEnd(span: ReadableSpan): void {
    const times = this.#timer.ended(span)
    const { traceId } = span.spanContext()
    this.#forgetBegun(traceId, span)
    const known = this.#traces.get(traceId)
    if (known !== undefined && known.ended.length >= MAX_SPANS_PER_TRACE) {
      known.lostSpans += 1
      return
    }
    if (this.#size >= this.#maxSpans) this.#dropOldest()
    const trace = this.#traces.get(traceId) ?? this.#open(traceId)
    trace.ended.push({ span, times })
    this.#size += 1
  }

  /**
   * Takes out what is known of these traces. Spans of them that end later are kept again.
   * @param isLast whether spans that have not ended are taken, too: they end now, and say that they have not.
   */
  take(traceIds: readonly string[], isLast = false): TakenSpans {
    const spans: RecordedSpan[] = []
    let lostSpans = 0
    for (const traceId of traceIds) {
      const trace = this.#remove(traceId)
      lostSpans += trace?.lostSpans ?? 0
      const begun = isLast ? this.#endedNow(traceId) : []
      for (const { span, times } of [...(trace?.ended ?? []), ...begun]) {
        const record = recordOf(span, times, this.#anchorMs, this.#clean)
        if (record === null) lostSpans += 1
        else spans.push(record)
      }
    }
    return { spans, lostSpans }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    this.#traces.clear()
    this.#begun.clear()
    this.#size = this.#begunCount = 0
    return Promise.resolve()
  }

  #endedNow(traceId: string): readonly TimedSpan[] {
    const endMs = nowMs()
    return [...(this.#begun.get(traceId) ?? [])].map(([span, startMs]) => ({
      span: unended(span),
      times: { startMs, endMs: Math.max(startMs, endMs) },
    }))
  }

  #forgetBegun(traceId: string, span: ReadableSpan): void {
    const begun = this.#begun.get(traceId)
    if (begun?.delete(span) !== true) return
    this.#begunCount -= 1
    if (begun.size === 0) this.#begun.delete(traceId)
  }

  #open(traceId: string): RingTrace {
    const trace: RingTrace = { ended: [], lostSpans: 0 }
    this.#traces.set(traceId, trace)
    return trace
  }

  #dropOldest(): void {
    let next = this.#oldest.next()
    if (next.done === true) {
      this.#oldest = this.#traces.keys()
      next = this.#oldest.next()
    }
    if (next.done !== true) this.#remove(next.value)
  }

  #remove(traceId: string): RingTrace | null {
    const trace = this.#traces.get(traceId)
    if (trace === undefined) return null
    this.#traces.delete(traceId)
    this.#size -= trace.ended.length
    return trace
  }
}
