import { trace } from '@opentelemetry/api'
import { redactUrls } from '../environment/redact-url.ts'
import { readSlo, type Slos } from '../load/slo/slo.ts'
import { RequestSpans } from '../traces/request-spans.ts'
import { openSubscribers } from '../subscribers/open-subscribers.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { setTracedFrom } from '../subscribers/traced-from.ts'
import { RequestTraces, type SpanSource } from '../traces/request-traces.ts'
import { newSpanAnchor, type SpanAnchor } from '../traces/span-clock.ts'
import { checkTracing, startTracing } from '../traces/start-tracing.ts'
import { traceSettings } from '../traces/trace-settings.ts'

/** The instrumentation scope of the spans of requests. */
const SCOPE = 'prism-loadtest.load'

/** What records the spans of this process; `null` unless requests are traced. */
let recording: { readonly spans: RequestSpans; readonly anchorMs: SpanAnchor } | null = null

/** Registers the SDK in this process, and lets processes of subscribers do so. Idempotent. @throws InputError as `startTracing`. */
export async function startRequestTracing(): Promise<void> {
  if (recording !== null) return
  const spans = new RequestSpans()
  await startTracing(spans)
  const anchorMs = newSpanAnchor()
  setTracedFrom(anchorMs)
  recording = { spans, anchorMs }
}

/**
 * What traces the requests of a load; `null` if nothing is to.
 * @param scenario its name.
 * @throws InputError as `checkTracing`.
 */
export function requestTraces(scenario: string, slo: Slos | undefined): RequestTraces | null {
  const settings = traceSettings(process.env)
  if (recording === null || settings === null) return null
  checkTracing()
  const { aboveMs, ratio } = settings
  return new RequestTraces({
    ...recording,
    tracer: trace.getTracer(SCOPE),
    clean: redactUrls,
    scenario,
    aboveMs: aboveMs === null ? boundOfP99(slo) : () => aboveMs,
    ratio,
    sources: () => openSubscribers().map(sourceOf),
  })
}

/** Receivers in another process, whose handlers are part of a request's time. */
function sourceOf(subscribers: Subscribers): SpanSource {
  return {
    async takeSpans(traceIds, isLast) {
      const answer = await subscribers.spans(traceIds, isLast)
      return answer.kind === 'known' ? answer : null
    },
  }
}

/** The bound on an operation's P99 response time, in ms: its own, or else that of the whole workload. */
function boundOfP99(slo: Slos | undefined): (operation: string) => number | null {
  const bounds = (slo === undefined ? [] : readSlo(slo)).flatMap((bound) =>
    bound.kind === 'time' && bound.metric === 'response' && bound.percentile.value === 99
      ? [bound]
      : [],
  )
  const boundOf = (wanted: string | null): number | null =>
    bounds.find(({ operation }) => operation === wanted)?.belowMs ?? null
  return (operation) => boundOf(operation) ?? boundOf(null)
}
