import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace'
import type { Pause } from '../load/pauses.ts'
import type { Ending } from '../load/recording/request-end.ts'
import {
  type ReceivedSpan,
  type RecordedTrace,
  type TimedSpan,
  withAttributes,
} from './recorded-trace.ts'
import { resourceSpansOf, type ResourceSpans } from './resource-spans.ts'
import type { SpanAnchor, SpanTimes } from './span-clock.ts'
import { recordOf, type TracedProcess } from './span-record.ts'
import type { ProcessPauses } from './pauses-elsewhere.ts'
import { PAUSE, RECEIVERS_PAUSE, WAIT } from './waterfall/part-of-span.ts'

/** The load's own process in traces. */
export const GENERATOR: TracedProcess = { name: 'load generator', pid: process.pid }

const OUTCOMES: Readonly<Record<Ending, string>> = {
  ok: 'ok',
  failed: 'failed',
  'timed out': 'timed_out',
  unfinished: 'unfinished',
}

/** What spans are written with. */
export interface SpanWriting {
  /** Makes the spans of waits. */
  readonly tracer: Tracer
  readonly anchorMs: SpanAnchor
  /** Makes a text of a span harmless to publish. */
  readonly clean: (text: string) => string
}

/** The most pauses of the load's process with a span in a trace: the longest. */
const MAX_PAUSES = 20

/**
 * All spans of a trace, of all processes, as data.
 * @param pauses of the load's process.
 * @param elsewhere those of receivers' processes: they are part of a trace while it waits for an answer to a message.
 * @returns how many of them are not valid, too.
 */
export function spansOfTrace(
  recorded: RecordedTrace,
  pauses: readonly Pause[],
  elsewhere: readonly ProcessPauses[],
  { tracer, anchorMs, clean }: SpanWriting,
): { readonly spans: readonly ReceivedSpan[]; readonly invalid: number } {
  const own = [...ownSpans(tracer, recorded, pauses), ...recorded.spans]
  const timed = [
    ...own.map((of) => ({ process: GENERATOR, ...of })),
    ...pausesOfReceivers(tracer, recorded, elsewhere),
  ]
  const valid = timed.flatMap(({ process: of, span: timedSpan, times }) => {
    const span = recordOf(timedSpan, times, anchorMs, clean)
    return span === null ? [] : [{ process: of, span }]
  })
  return { spans: [...valid, ...recorded.received], invalid: timed.length - valid.length }
}

/** Spans by process. */
export function byProcess(spans: readonly ReceivedSpan[]): readonly ResourceSpans[] {
  const groups = Map.groupBy(spans, ({ process: { pid } }) => pid)
  return [...groups.values()].flatMap((group) => {
    const [{ process: of } = { process: GENERATOR }] = group
    return resourceSpansOf(
      of,
      group.map(({ span }) => span),
    )
  })
}

/** The span of the request from when it was due, and those of its waits for the generator: before its start, and in pauses. */
function ownSpans(tracer: Tracer, recorded: RecordedTrace, pauses: readonly Pause[]): TimedSpan[] {
  const { root, request, endedAtMs } = recorded
  const { intendedAtMs, startedAtMs } = request
  const whole = { startMs: intendedAtMs, endMs: endedAtMs }
  const waits = [
    { name: WAIT, startMs: intendedAtMs, endMs: startedAtMs },
    ...pausesWithin(pauses, startedAtMs, endedAtMs).map((times) => ({ name: PAUSE, ...times })),
  ]
  return [
    { span: withOutcome(recorded), times: whole },
    ...waits.map(({ name, ...times }) => ({ span: spanBelow(root, name, tracer), times })),
  ]
}

/** Pauses of receivers while the request waited for an answer to a message. */
function pausesOfReceivers(
  tracer: Tracer,
  { root, spans }: RecordedTrace,
  elsewhere: readonly ProcessPauses[],
): readonly (TimedSpan & { readonly process: TracedProcess })[] {
  const sent = spans.filter(({ span }) => span.kind === SpanKind.PRODUCER)
  const fromMs = Math.min(...sent.map(({ times }) => times.startMs))
  const untilMs = Math.max(...sent.map(({ times }) => times.endMs))
  return elsewhere.flatMap(({ process: of, pauses }) =>
    pausesWithin(pauses, fromMs, untilMs).map((times) => ({
      process: of,
      span: spanBelow(root, RECEIVERS_PAUSE, tracer),
      times,
    })),
  )
}

function spanBelow(root: Span, name: string, tracer: Tracer): Span {
  const span = tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, root))
  span.end()
  // The tracer is the SDK's, whose spans can be read.
  return span as Span
}

/** The parts of the longest pauses that lie within a time. */
function pausesWithin(
  pauses: readonly Pause[],
  fromMs: number,
  untilMs: number,
): readonly SpanTimes[] {
  return pauses
    .filter((pause) => pause.fromMs < untilMs && pause.untilMs > fromMs)
    .map((pause) => ({
      startMs: Math.max(pause.fromMs, fromMs),
      endMs: Math.min(pause.untilMs, untilMs),
    }))
    .toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs))
    .slice(0, MAX_PAUSES)
}

/**
 * The span of the request with what the load knows of it. Written here instead of into the span: the operation may have
 * ended the span, or have used up its attributes.
 */
function withOutcome({ root, attributes, ending, error }: RecordedTrace): ReadableSpan {
  const told = {
    ...attributes,
    'loadtest.outcome': OUTCOMES[ending],
    ...(error === null ? {} : { 'error.type': error.code }),
  }
  if (ending === 'ok') return withAttributes(root, told)
  const message = error?.message ?? ending
  return withAttributes(root, told, { code: SpanStatusCode.ERROR, message })
}
