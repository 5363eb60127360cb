import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import type { Span } from '@opentelemetry/sdk-trace'
import { errorCode, errorSample } from '../load/recording/error-code.ts'
import type { Ending } from '../load/recording/request-end.ts'
import type {
  LoadTraces,
  RequestToTrace,
  RequestTrace,
  RequestTracer,
} from '../load/tracing/request-tracer.ts'
import type { TraceCounts, TracedRequest } from '../load/tracing/traced-request.ts'
import { areHandlersKnown, partsOfRequest } from './parts-of-request.ts'
import { RecordedTrace, type TimedSpan } from './recorded-trace.ts'
import type { RequestSpans } from './request-spans.ts'
import { resourceSpansOf, type ResourceSpans } from './resource-spans.ts'
import { type SpanAnchor, unixNanos } from './span-clock.ts'
import { recordOf, type RecordedSpan, type TracedProcess } from './span-record.ts'
import { OPERATION } from './start-tracing.ts'
import { type Kept, type Reason, TailSampling, type TailSamplingOptions } from './tail-sampling.ts'
import { WAIT } from './waterfall/part-of-span.ts'
import { readSpans } from './waterfall/read-spans.ts'
import type { ShownSpan } from './waterfall/shown-span.ts'

/** Another process that records spans of the load's traces. */
export interface SpanSource {
  /**
   * Takes the spans of some traces out of it; those that end later can be taken later. Must not reject.
   * @returns `null` if it can't answer, such as after it died.
   */
  takeSpans(traceIds: readonly string[]): Promise<ForeignSpans | null>
}

/** Spans that were taken from another process. */
export interface ForeignSpans {
  readonly process: TracedProcess
  readonly spans: readonly RecordedSpan[]
  /** Spans of these traces that it had no room for. */
  readonly lostSpans: number
}

/** How the requests of a load are traced. */
export interface RequestTracesOptions extends TailSamplingOptions {
  /** Makes the spans of requests. */
  readonly tracer: Tracer
  /** Gets the spans that `tracer`'s SDK records. */
  readonly spans: RequestSpans
  readonly anchorMs: SpanAnchor
  /** Makes a text of a span harmless to publish. */
  readonly clean: (text: string) => string
  /** The scenario's name, for the spans of its requests. */
  readonly scenario: string
  /** Other processes that handle messages of requests, at the time of the call. */
  readonly sources: () => readonly SpanSource[]
}

/** How often other processes are asked for spans, in ms: they keep only the latest. */
const ASK_EVERY_MS = 2_000

/** The load's own process in traces. */
const GENERATOR: TracedProcess = { name: 'load generator', pid: process.pid }

const OUTCOMES: Readonly<Record<Ending, string>> = {
  ok: 'ok',
  failed: 'failed',
  'timed out': 'timed_out',
  unfinished: 'unfinished',
}

/** Traces the requests of a load, and keeps the traces that their ends give a reason to keep. */
export class RequestTraces implements RequestTracer {
  readonly #options: RequestTracesOptions
  readonly #sampling: TailSampling<RecordedTrace>
  /** Traces that were kept since other processes were asked. */
  #toAsk = new Set<RecordedTrace>()
  /** Spans that other processes had no room for. */
  #lostSpans = 0
  readonly #timer: NodeJS.Timeout
  #asking: Promise<void> = Promise.resolve()
  #kept: readonly ResourceSpans[] = []

  constructor(options: RequestTracesOptions) {
    this.#options = options
    this.#sampling = new TailSampling(options)
    this.#timer = setInterval(() => {
      const asked = [...this.#toAsk]
      this.#toAsk = new Set()
      this.#asking = this.#asking.then(() => this.#ask(asked))
    }, ASK_EVERY_MS)
    this.#timer.unref()
  }

  /** The traces that were kept, of all processes; empty before the load has ended. */
  get resourceSpans(): readonly ResourceSpans[] {
    return this.#kept
  }

  start(request: RequestToTrace): RequestTrace {
    const { tracer, spans, scenario } = this.#options
    const { operation, number } = request
    const attributes = {
      [OPERATION]: operation,
      'loadtest.scenario': scenario,
      'loadtest.request.number': number,
    }
    // The tracer is the SDK's, whose spans can be read.
    const span = tracer.startSpan(`request ${operation}`, { attributes }, ROOT_CONTEXT) as Span
    const recorded = new RecordedTrace(span, request)
    spans.open(recorded)
    const inside = trace.setSpan(ROOT_CONTEXT, span)
    return {
      run: (work) => context.with(inside, work),
      end: (ending, now, error) => this.#end(recorded, span, ending, now, error),
    }
  }

  async finish(measureStartMs: number): Promise<LoadTraces> {
    clearInterval(this.#timer)
    const kept = this.#sampling.kept()
    const traces = kept.traces.map(({ trace: recorded }) => recorded)
    await this.#asking
    // Again, because handlers may end after their request.
    await this.#ask(traces)
    for (const recorded of traces) this.#options.spans.close(recorded)
    this.#kept = this.#written(traces)
    return {
      counts: { ...countsOf(kept), lostSpans: this.#lostSpansOf(traces) },
      slowest: this.#slowest(kept, measureStartMs),
    }
  }

  #end(recorded: RecordedTrace, span: Span, ending: Ending, now: number, error: unknown): void {
    recorded.ending = ending
    recorded.responseMs = now - recorded.request.intendedAtMs
    span.setAttribute('loadtest.outcome', OUTCOMES[ending])
    if (ending === 'failed') {
      span.setAttribute('error.type', errorCode(error))
      span.setStatus({ code: SpanStatusCode.ERROR, message: errorSample(error) })
    } else if (ending !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: ending })
    span.end()
    this.#toAsk.add(recorded)
    for (const left of this.#sampling.add(recorded)) {
      this.#options.spans.close(left)
      this.#toAsk.delete(left)
    }
  }

  async #ask(traces: readonly RecordedTrace[]): Promise<void> {
    if (traces.length === 0) return
    const byId = new Map(traces.map((recorded) => [recorded.traceId, recorded]))
    const answers = await Promise.all(
      this.#options.sources().map((source) => source.takeSpans([...byId.keys()])),
    )
    for (const answer of answers) {
      if (answer === null) continue
      this.#lostSpans += answer.lostSpans
      for (const span of answer.spans) byId.get(span.span.traceId)?.receive(answer.process, span)
    }
  }

  /** All spans of these traces, by process. */
  #written(traces: readonly RecordedTrace[]): readonly ResourceSpans[] {
    const { tracer, anchorMs, clean } = this.#options
    const own = traces
      .flatMap((recorded) => [...ownSpans(tracer, recorded), ...recorded.spans])
      .map(({ span, times }) => ({
        process: GENERATOR,
        span: recordOf(span, times, anchorMs, clean),
      }))
    const received = traces.flatMap((recorded) => recorded.received)
    const byProcess = Map.groupBy([...own, ...received], ({ process: { pid } }) => pid)
    return [...byProcess.values()].flatMap((spans) => {
      const [{ process: of } = { process: GENERATOR }] = spans
      return resourceSpansOf(
        of,
        spans.map(({ span }) => span),
      )
    })
  }

  #lostSpansOf(traces: readonly RecordedTrace[]): number {
    return traces.reduce((sum, { lostSpans }) => sum + lostSpans, this.#lostSpans)
  }

  #slowest(
    { slowest }: Kept<RecordedTrace>,
    measureStartMs: number,
  ): ReadonlyMap<string, readonly TracedRequest[]> {
    const ids = new Set([...slowest.values()].flatMap((list) => list.map(({ traceId }) => traceId)))
    const shown = readSpans(this.#kept, (id) => ids.has(id), String)
    return new Map(
      [...slowest].map(([operation, list]) => [
        operation,
        list.map((recorded) => {
          const spans = shown.get(recorded.traceId)?.spans ?? []
          return this.#tracedRequest(recorded, spans, measureStartMs)
        }),
      ]),
    )
  }

  #tracedRequest(
    { traceId, request, ending, responseMs }: RecordedTrace,
    spans: readonly ShownSpan[],
    measureStartMs: number,
  ): TracedRequest {
    const { number, intendedAtMs } = request
    const dueNs = unixNanos(this.#options.anchorMs, intendedAtMs)
    return {
      traceId,
      number,
      ending,
      dueMs: Math.max(intendedAtMs - measureStartMs, 0),
      responseMs,
      parts: partsOfRequest(spans, BigInt(dueNs), responseMs),
      areHandlersKnown: areHandlersKnown(spans),
    }
  }
}

/** The span of the request from when it was due, and that of its wait for the generator. */
function ownSpans(tracer: Tracer, { root, request, endedAtMs }: RecordedTrace): TimedSpan[] {
  const { intendedAtMs, startedAtMs } = request
  const whole = { startMs: intendedAtMs, endMs: endedAtMs }
  const wait = tracer.startSpan(WAIT, {}, trace.setSpan(ROOT_CONTEXT, root))
  wait.end()
  // The tracer is the SDK's, whose spans can be read.
  return [
    { span: root, times: whole },
    { span: wait as Span, times: { startMs: intendedAtMs, endMs: startedAtMs } },
  ]
}

function countsOf({ traces, lost }: Kept<RecordedTrace>): Omit<TraceCounts, 'lostSpans'> {
  const of = (wanted: Reason) => traces.filter(({ reason }) => reason === wanted).length
  return {
    kept: traces.length,
    errors: of('errors'),
    slow: of('slow'),
    sampled: of('sampled'),
    lost,
  }
}
