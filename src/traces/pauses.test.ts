import { SpanKind } from '@opentelemetry/api'
import { TracerProvider, type Span } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { partsOfRequest } from './parts-of-request.ts'
import { RecordedTrace } from './recorded-trace.ts'
import { newSpanAnchor, unixNanos } from './span-clock.ts'
import { byProcess, spansOfTrace } from './written-traces.ts'
import { readSpans } from './waterfall/read-spans.ts'

test("a pause of the load's process is the generator's time, whatever was waited for: the answer may have been there", () => {
  const tracer = new TracerProvider().getTracer('test')
  const anchorMs = newSpanAnchor()
  const intendedAtMs = 5_000
  const request = { operation: 'register', number: 1, intendedAtMs, startedAtMs: intendedAtMs + 1 }
  const recorded = new RecordedTrace(tracer.startSpan('request register') as Span, request, {})
  const attributes = { 'db.system.name': 'redis' }
  const call = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes }) as Span
  call.spanContext().traceId = recorded.traceId
  recorded.begin(call, intendedAtMs + 1)
  recorded.end(call, { startMs: intendedAtMs + 1, endMs: intendedAtMs + 101 })
  recorded.endRequest({ ending: 'ok', responseMs: 101, error: null })
  const pauses = [
    { fromMs: intendedAtMs - 100, untilMs: intendedAtMs - 50 },
    { fromMs: intendedAtMs + 61, untilMs: intendedAtMs + 201 },
  ]
  const { spans } = spansOfTrace(recorded, pauses, [], { tracer, anchorMs, clean: String })
  const shown = readSpans(byProcess(spans), () => true, String).get(recorded.traceId)?.spans ?? []
  const dueNs = BigInt(unixNanos(anchorMs, intendedAtMs))
  const parts = partsOfRequest(shown, dueNs, 101)
  expect(shown.map(({ name }) => name)).toContain('generator paused')
  expect(parts).toEqual([
    { name: 'redis', ms: expect.closeTo(60, 2) },
    { name: 'generator', ms: expect.closeTo(41, 2) },
  ])
  // A handler in another process goes on meanwhile.
  const [base] = shown
  if (base === undefined) throw new Error('no spans')
  const times = { startNs: dueNs + 71_000_000n, endNs: dueNs + 91_000_000n }
  const handler = { ...base, ...times, kind: 'consumer' as const, process: 'subscribers' }
  expect(partsOfRequest([...shown, handler], dueNs, 101)).toEqual([
    { name: 'redis', ms: expect.closeTo(60, 2) },
    { name: 'generator', ms: expect.closeTo(21, 2) },
    { name: 'handlers', ms: expect.closeTo(20, 2) },
  ])
  expect(partsOfRequest([...shown, { ...handler, process: base.process }], dueNs, 101)).toEqual(
    parts,
  )
})

test('a pause of receivers is not the time of NATS, while a message waits for its answer', () => {
  const tracer = new TracerProvider().getTracer('test')
  const anchorMs = newSpanAnchor()
  const request = { operation: 'multicast', number: 1, intendedAtMs: 5_000, startedAtMs: 5_000 }
  const recorded = new RecordedTrace(tracer.startSpan('request multicast') as Span, request, {})
  const attributes = { 'messaging.system': 'nats' }
  const message = tracer.startSpan('send', { kind: SpanKind.PRODUCER, attributes }) as Span
  message.spanContext().traceId = recorded.traceId
  recorded.begin(message, 5_010)
  recorded.end(message, { startMs: 5_010, endMs: 5_100 })
  recorded.endRequest({ ending: 'ok', responseMs: 100, error: null })
  const elsewhere = [
    { process: { name: 'subscribers', pid: 7 }, pauses: [{ fromMs: 4_000, untilMs: 5_040 }] },
    { process: { name: 'subscribers', pid: 8 }, pauses: [{ fromMs: 5_200, untilMs: 5_300 }] },
  ]
  const { spans } = spansOfTrace(recorded, [], elsewhere, { tracer, anchorMs, clean: String })
  const shown = readSpans(byProcess(spans), () => true, String).get(recorded.traceId)?.spans ?? []
  expect(partsOfRequest(shown, BigInt(unixNanos(anchorMs, 5_000)), 100)).toEqual([
    { name: 'nats', ms: expect.closeTo(60, 2) },
    { name: 'receivers', ms: expect.closeTo(30, 2) },
    { name: 'other', ms: expect.closeTo(10, 2) },
  ])
})
