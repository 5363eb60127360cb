import { context, ROOT_CONTEXT, trace, type Tracer } from '@opentelemetry/api'
import type { Span } from '@opentelemetry/sdk-trace'
import { errorCode, errorSample } from '../load/recording/error-code.ts'
import type { Pause } from '../load/pauses.ts'
import type { Ending } from '../load/recording/request-end.ts'
import type {
  LoadTraces,
  RequestToTrace,
  RequestTrace,
  RequestTracer,
} from '../load/tracing/request-tracer.ts'
import type { TracedRequest } from '../load/tracing/traced-request.ts'
import { printable } from '../printable.ts'
import { PausesElsewhere } from './pauses-elsewhere.ts'
import { areHandlersKnown, partsOfRequest } from './parts-of-request.ts'
import { type ReceivedSpan, RecordedTrace } from './recorded-trace.ts'
import type { RequestSpans } from './request-spans.ts'
import type { ResourceSpans } from './resource-spans.ts'
import { type SpanAnchor, unixNanos } from './span-clock.ts'
import type { RecordedSpan, TracedProcess } from './span-record.ts'
import { OPERATION } from './start-tracing.ts'
import { type Kept, TailSampling, type TailSamplingOptions } from './tail-sampling.ts'
import { readSpans } from './waterfall/read-spans.ts'
import { byProcess, spansOfTrace } from './written-traces.ts'

/** Another process that records spans of the load's traces. */
export interface SpanSource {
  /**
   * Takes the spans of some traces out of it; those that end later can be taken later. Must not reject.
   * @param isLast whether spans that have not ended are taken, too.
   * @returns `null` if it can't answer, such as after it died.
   */
  takeSpans(traceIds: readonly string[], isLast: boolean): Promise<ForeignSpans | null>
}

/** Spans that were taken from another process. */
export interface ForeignSpans {
  readonly process: TracedProcess
  readonly spans: readonly RecordedSpan[]
  /** Spans of these traces that it had no room for. */
  readonly lostSpans: number
  /** Its latest pauses, in which no handler got a message. */
  readonly pauses: readonly Pause[]
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

/**
 * The most text of a load's traces, in UTF-16 units of JSON. Readers take files of 128 MB, and a run may have several loads
 * and several generators. The slowest are kept first.
 */
const MAX_LENGTH = 24 * 2 ** 20

/** Traces the requests of a load, and keeps the traces that their ends give a reason to keep. */
export class RequestTraces implements RequestTracer {
  readonly #options: RequestTracesOptions
  readonly #sampling: TailSampling<RecordedTrace>
  /** Traces that were kept since other processes were asked. */
  #toAsk = new Set<RecordedTrace>()
  /** Spans that other processes had no room for. */
  #lostSpans = 0
  readonly #pausesElsewhere = new PausesElsewhere()
  readonly #timer: NodeJS.Timeout
  #asking: Promise<void> = Promise.resolve()
  #kept: readonly ResourceSpans[] = []

  constructor(options: RequestTracesOptions) {
    this.#options = options
    this.#sampling = new TailSampling(options)
    this.#timer = setInterval(() => {
      const asked = [...this.#toAsk]
      this.#toAsk = new Set()
      this.#asking = this.#asking.then(() => this.#ask(asked, false))
    }, ASK_EVERY_MS)
    this.#timer.unref()
    options.spans.whenFull.add(this.#makeRoom)
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
    const recorded = new RecordedTrace(span, request, attributes)
    spans.open(recorded)
    const inside = trace.setSpan(ROOT_CONTEXT, span)
    return {
      run: (work) => context.with(inside, work),
      end: (ending, now, error) => this.#end(recorded, ending, now, error),
    }
  }

  async finish(measureStartMs: number, pauses: readonly Pause[]): Promise<LoadTraces> {
    clearInterval(this.#timer)
    this.#options.spans.whenFull.delete(this.#makeRoom)
    const kept = this.#sampling.kept()
    const traces = kept.traces.map(({ trace: recorded }) => recorded)
    await this.#asking
    // Again, because handlers may end after their request.
    await this.#ask(traces, true)
    for (const recorded of traces) this.#options.spans.close(recorded)
    return this.#written(kept, measureStartMs, pauses)
  }

  #end(recorded: RecordedTrace, ending: Ending, now: number, error: unknown): void {
    recorded.root.end()
    recorded.endRequest({
      ending,
      responseMs: now - recorded.request.intendedAtMs,
      error: ending === 'failed' ? { code: errorCode(error), message: errorSample(error) } : null,
    })
    this.#toAsk.add(recorded)
    this.#forget(this.#sampling.add(recorded))
  }

  readonly #makeRoom = (): void => this.#forget(this.#sampling.halve())

  #forget(traces: readonly RecordedTrace[]): void {
    for (const recorded of traces) {
      this.#options.spans.close(recorded)
      this.#toAsk.delete(recorded)
    }
  }

  async #ask(traces: readonly RecordedTrace[], isLast: boolean): Promise<void> {
    if (traces.length === 0) return
    const byId = new Map(traces.map((recorded) => [recorded.traceId, recorded]))
    const answers = await Promise.all(
      this.#options.sources().map((source) => source.takeSpans([...byId.keys()], isLast)),
    )
    for (const answer of answers) {
      if (answer === null) continue
      this.#lostSpans += answer.lostSpans
      this.#pausesElsewhere.add(answer)
      for (const span of answer.spans) byId.get(span.span.traceId)?.receive(answer.process, span)
    }
  }

  /** Of traces that there is room for, all spans; of the slowest, the parts of their time in any case. */
  #written(
    { traces, slowest, lost }: Kept<RecordedTrace>,
    measureStartMs: number,
    pauses: readonly Pause[],
  ): LoadTraces {
    const reported = new Set([...slowest.values()].flat())
    const requests = new Map<RecordedTrace, TracedRequest>()
    const counts = { kept: 0, errors: 0, slow: 0, sampled: 0, lost, lostSpans: this.#lostSpans }
    const all: ReceivedSpan[] = []
    const elsewhere = this.#pausesElsewhere.all
    let length = 0
    for (const { trace: recorded, reason } of traces) {
      const { spans, invalid } = spansOfTrace(recorded, pauses, elsewhere, this.#options)
      if (reported.has(recorded)) {
        requests.set(recorded, this.#tracedRequest(recorded, spans, measureStartMs))
      }
      const after = spans.reduce((sum, { span }) => sum + JSON.stringify(span).length, length)
      if (after > MAX_LENGTH) {
        counts.lost += 1
        continue
      }
      length = after
      for (const span of spans) all.push(span)
      counts.kept += 1
      counts[reason] += 1
      counts.lostSpans += recorded.lostSpans + invalid
    }
    this.#kept = byProcess(all)
    return {
      counts,
      slowest: new Map(
        [...slowest].map(([operation, list]) => [
          operation,
          list.flatMap((recorded) => requests.get(recorded) ?? []),
        ]),
      ),
    }
  }

  #tracedRequest(
    { traceId, request, ending, responseMs }: RecordedTrace,
    written: readonly ReceivedSpan[],
    measureStartMs: number,
  ): TracedRequest {
    const spans = readSpans(byProcess(written), () => true, printable).get(traceId)?.spans ?? []
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
